import { ApiProperty } from '@nestjs/swagger';
import { OneOf } from '../../platform/http/docs/union-docs.ts';
import type { TimelineEntriesPage, TimelineEntry } from '../application/entries.ts';
import type { EventDisplay } from '../domain/event-display.ts';
import { EventDisplayResponse } from './event-display.response.ts';

export class EventEntryResponse {
  @ApiProperty({ enum: ['event'] })
  kind: 'event';

  @ApiProperty({ example: 'cmo4a6nb40000xqbp1v5k2h8d' })
  id: string;

  @ApiProperty({ example: 'order.placed' })
  type: string;

  @ApiProperty({ format: 'date-time', example: '2026-04-18T10:00:00Z' })
  occurredAt: string;

  @ApiProperty({ format: 'date-time', example: '2026-04-18T10:00:00.12Z' })
  createdAt: string;

  @ApiProperty({ type: EventDisplayResponse })
  display: EventDisplayResponse;

  @ApiProperty({ type: 'integer', description: 'Of the JSON of the payload, which is read by itself.', example: 31 })
  payloadBytes: number;
}

abstract class FoldResponse {
  @ApiProperty({ type: 'integer', minimum: 3, description: 'How many events.', example: 12 })
  count: number;

  @ApiProperty({ format: 'date-time', description: 'Of the oldest of them.', example: '2026-04-18T10:00:00Z' })
  first: string;

  @ApiProperty({ format: 'date-time', description: 'Of the newest of them.', example: '2026-04-18T11:30:00Z' })
  last: string;

  @ApiProperty({ description: 'Opens it: give it as `within`.' })
  cursor: string;

  @ApiProperty({
    required: false,
    enum: [true],
    description: 'No more events could be looked at here: older neighbours may follow on the next page.',
  })
  more?: true;
}

export class RunEntryResponse extends FoldResponse {
  @ApiProperty({ enum: ['run'], description: 'Neighbours of one type.' })
  kind: 'run';

  @ApiProperty({ example: 'order.placed' })
  type: string;

  @ApiProperty({ type: EventDisplayResponse, description: 'Of the type, without anything of a payload.' })
  display: EventDisplayResponse;
}

export class QuietTypeResponse {
  @ApiProperty({ example: 'page.viewed' })
  type: string;

  @ApiProperty({ example: 'Page viewed' })
  title: string;

  @ApiProperty({ type: 'integer', example: 9 })
  count: number;
}

export class QuietEntryResponse extends FoldResponse {
  @ApiProperty({ enum: ['quiet'], description: 'Neighbours of types of little interest.' })
  kind: 'quiet';

  @ApiProperty({ type: [QuietTypeResponse], description: 'The most frequent first, then by name.' })
  types: QuietTypeResponse[];
}

@OneOf('kind', { event: EventEntryResponse, run: RunEntryResponse, quiet: QuietEntryResponse })
abstract class TimelineEntryResponse {}

type Entry = EventEntryResponse | RunEntryResponse | QuietEntryResponse;

/** The page reads it as `EntriesPage` of src/embed/page/api/types.ts. */
export class EntriesPageResponse {
  @ApiProperty({
    type: [TimelineEntryResponse],
    description: 'The newest first, whatever the direction. There may be none although there is a cursor.',
  })
  entries: Entry[];

  @ApiProperty({ type: 'string', nullable: true, description: 'Goes on with what is older; null at the end.' })
  older: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'With `dir=newer`, goes on with what is newer; null: there is nothing newer now.',
  })
  newer: string | null;

  @ApiProperty({ type: 'integer', description: 'How many events were looked at.', example: 50 })
  scanned: number;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'How far; null: to the end of the timeline.',
  })
  scannedTo: string | null;
}

export const entriesPageResponse = ({ entries, ...page }: TimelineEntriesPage): EntriesPageResponse => ({
  entries: entries.map(entryResponse),
  ...page,
});

function entryResponse(entry: TimelineEntry): Entry {
  if (entry.kind === 'run') return { ...entry, display: displayResponse(entry.display) };
  if (entry.kind === 'quiet') return { ...entry, types: [...entry.types] };
  const { kind, id, type, occurredAt, createdAt, display, payloadBytes } = entry;
  return { kind, id, type, occurredAt, createdAt, display: displayResponse(display), payloadBytes };
}

const displayResponse = (display: EventDisplay): EventDisplayResponse => ({ ...display, fields: [...display.fields] });

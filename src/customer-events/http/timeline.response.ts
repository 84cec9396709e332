import type { StreamableFile } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { Encodable } from '../../platform/http/response/encode-json.ts';
import { ndjsonResponse } from '../../platform/http/response/ndjson-response.ts';
import type { ShownEncodedEvent, ShownEvent, ShownPage } from '../application/displayed-timeline.ts';
import type { TimelineSummary, TypeSummary } from '../domain/timeline.ts';
import { ShownEventResponse, customerEventResponse, encodedEventResponse } from './customer-event.response.ts';

/** As long as a page of an export may be without displays; with them it goes out in several pieces. */
const LINES_MAX_CHARACTERS = 524_288;

export class TimelinePageResponse {
  @ApiProperty({ type: [ShownEventResponse] })
  events: ShownEventResponse[];

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Give it as `cursor` for the next page, however short this one is; null at the end.',
  })
  nextCursor: string | null;
}

export function timelinePageResponse({ events, nextCursor }: ShownPage): Encodable<TimelinePageResponse> {
  return { events: events.map(shownEncodedEventResponse), nextCursor };
}

export const shownEventResponse = ({ event, display }: ShownEvent): JsonText => customerEventResponse(event, display);

const shownEncodedEventResponse = ({ event, display }: ShownEncodedEvent): JsonText =>
  encodedEventResponse(event.json, display);

export class TypeSummaryResponse {
  @ApiProperty({ example: 'order.placed' })
  type: string;

  @ApiProperty({ type: 'integer', minimum: 1, example: 3 })
  count: number;

  @ApiProperty({ format: 'date-time', example: '2026-01-05T08:30:00Z' })
  firstOccurredAt: string;

  @ApiProperty({ format: 'date-time', example: '2026-04-18T10:00:00Z' })
  lastOccurredAt: string;
}

export class TimelineSummaryResponse {
  @ApiProperty({ type: 'integer', example: 3 })
  total: number;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'null where there is no event.',
    example: '2026-01-05T08:30:00Z',
  })
  firstOccurredAt: string | null;

  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-04-18T10:00:00Z' })
  lastOccurredAt: string | null;

  @ApiProperty({ type: [TypeSummaryResponse], description: 'The type with the latest event first, then by name.' })
  types: TypeSummaryResponse[];
}

export function typeSummaryResponse(summary: TypeSummary): TypeSummaryResponse {
  const { type, count, firstOccurredAt, lastOccurredAt } = summary;
  return { type, count, firstOccurredAt, lastOccurredAt };
}

export function timelineSummaryResponse(summary: TimelineSummary): TimelineSummaryResponse {
  const { total, firstOccurredAt, lastOccurredAt, types } = summary;
  return { total, firstOccurredAt, lastOccurredAt, types: types.map(typeSummaryResponse) };
}

/** One event a line, in the form that a page gives it. */
export const exportResponse = (pages: AsyncIterable<Iterable<ShownEncodedEvent>>): StreamableFile =>
  ndjsonResponse(linesOf(pages));

async function* linesOf(pages: AsyncIterable<Iterable<ShownEncodedEvent>>): AsyncGenerator<string> {
  for await (const page of pages) {
    let lines = '';
    for (const event of page) {
      lines += `${shownEncodedEventResponse(event).text}\n`;
      if (lines.length < LINES_MAX_CHARACTERS) continue;
      yield lines;
      lines = '';
    }
    if (lines !== '') yield lines;
  }
}

import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { oneLine } from '../../../libs/ndjson/one-line.ts';
import type { Encodable } from '../../platform/http/response/encode-json.ts';
import type { TimelinePage } from '../application/timeline.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { TimelineSummary, TypeSummary } from '../domain/timeline.ts';
import { CustomerEventResponse, customerEventResponse } from './customer-event.response.ts';

const NDJSON_TYPE = 'application/x-ndjson; charset=utf-8';

export class TimelinePageResponse {
  @ApiProperty({ type: [CustomerEventResponse] })
  events: CustomerEventResponse[];

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Give it as `cursor` for the next page, however short this one is; null at the end.',
  })
  nextCursor: string | null;
}

export function timelinePageResponse(page: TimelinePage): Encodable<TimelinePageResponse> {
  return { events: page.events.map((event) => customerEventResponse(event)), nextCursor: page.nextCursor };
}

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
export function exportResponse(pages: AsyncIterable<readonly CustomerEvent[]>): StreamableFile {
  return new StreamableFile(Readable.from(linesOf(pages)), { type: NDJSON_TYPE });
}

async function* linesOf(pages: AsyncIterable<readonly CustomerEvent[]>): AsyncGenerator<string> {
  for await (const page of pages) yield oneLine(page.map((event) => `${customerEventResponse(event).text}\n`).join(''));
}

import { ApiProperty } from '@nestjs/swagger';
import { encodeJson, type Encodable } from '../../platform/http/response/encode-json.ts';
import { CONTEXT_MAX_BYTES, type TicketContext } from '../domain/ticket-context.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { fitting } from './byte-budget.ts';
import { CustomerEventResponse, customerEventResponse } from './customer-event.response.ts';
import { TypeSummaryResponse, typeSummaryResponse } from './timeline.response.ts';

/** The envelope, `asOf` and the names of the lists. */
const FRAME_BYTES = 256;
const RUNS_MAX_BYTES = 2_048;
export const SUMMARY_MAX_BYTES = 4_096;

export class TicketContextResponse {
  @ApiProperty({
    format: 'date-time',
    description: 'Nothing in the response is later.',
    example: '2026-04-18T10:00:00Z',
  })
  asOf: string;

  @ApiProperty({ type: [CustomerEventResponse], description: 'The latest events, the newest first.' })
  events: CustomerEventResponse[];

  @ApiProperty({
    type: [TypeSummaryResponse],
    description:
      'Where the events repeat themselves: three or more of one type with none of another type between them, the latest first. ' +
      'A run that goes on beyond the events is counted whole, up to 1,000 events back.',
  })
  runs: TypeSummaryResponse[];

  @ApiProperty({ type: [TypeSummaryResponse], description: 'What happened in the window, per type, the latest first.' })
  summary: TypeSummaryResponse[];

  @ApiProperty({
    description: `Whether items were left out, so that the response has at most ${CONTEXT_MAX_BYTES} bytes.`,
  })
  truncated: boolean;
}

export function ticketContextResponse(context: TicketContext): Encodable<TicketContextResponse> {
  const textOf = (item: object): string => `${encodeJson(item)},`;
  const runs = fitting(context.runs.map(typeSummaryResponse), textOf, RUNS_MAX_BYTES);
  const summary = fitting(context.summary.map(typeSummaryResponse), textOf, SUMMARY_MAX_BYTES);
  const left = CONTEXT_MAX_BYTES - FRAME_BYTES - runs.bytes - summary.bytes;
  const small = context.events.filter((event): event is CustomerEvent => event.payload !== null);
  const events = fitting(small.map(customerEventResponse), textOf, left);
  return {
    asOf: context.asOf,
    events: [...events.items],
    runs: [...runs.items],
    summary: [...summary.items],
    truncated: runs.cut || summary.cut || events.cut || small.length < context.events.length,
  };
}

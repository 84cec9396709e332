import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { OMISSION_MAX_TYPES } from '../domain/context-fitting.ts';
import { CONTEXT_ATTENTION_TYPES, CONTEXT_MAX_BYTES } from '../domain/ticket-context.ts';
import { CUSTOMER_ID_PROPERTY, ID_PROPERTY, ShownEventResponse } from './customer-event.response.ts';
import { EventDisplayResponse } from './event-display.response.ts';
import { PLAN_DESCRIPTION } from './plan-line.ts';
import { TypeSummaryResponse } from './timeline.response.ts';

export class ContextCustomerResponse {
  @ApiProperty({ example: 'user_42' })
  externalId: string;

  @ApiProperty({ example: 'Ada Lovelace' })
  name: string;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: PLAN_DESCRIPTION,
    example: 'Pro',
  })
  plan: string | null;
}

export class AttentionResponse {
  @ApiProperty({ example: 'payment.failed' })
  type: string;

  @ApiProperty({ example: 'Payment failed' })
  title: string;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'How many there are in the window.', example: 3 })
  count: number;

  @ApiProperty({
    format: 'date-time',
    description: 'When the latest of them occurred.',
    example: '2026-04-18T08:02:00Z',
  })
  last: string;

  @ApiProperty({ ...ID_PROPERTY, description: 'Of the latest of them, which is among `events`.' })
  id: string;
}

/** What is left of an event whose payload there is no room for. */
export class EventOutlineResponse {
  @ApiProperty(ID_PROPERTY)
  id: string;

  @ApiProperty(CUSTOMER_ID_PROPERTY)
  customerId: string;

  @ApiProperty({ example: 'order.placed' })
  type: string;

  @ApiProperty({ description: 'By the rules of the type, or its name with spaces.', example: 'Order placed' })
  title: string;

  @ApiProperty({ format: 'date-time', example: '2026-04-18T10:00:00Z' })
  occurredAt: string;

  @ApiProperty({ format: 'date-time', example: '2026-04-18T10:00:01.234Z' })
  createdAt: string;

  @ApiProperty({ required: false, type: 'string', description: 'Where one was sent.', example: 'order-1042-placed' })
  eventId?: string;

  @ApiProperty({ type: 'integer', description: 'How large the payload is that is left out.', example: 17_892 })
  payloadBytes: number;

  @ApiProperty({ enum: [true], description: 'By this it is told from a whole event.' })
  payloadLeftOut: true;

  @ApiProperty({
    required: false,
    type: EventDisplayResponse,
    description: 'With `display=true` alone; without url and fields.',
  })
  display?: EventDisplayResponse;
}

export class TypeCountResponse {
  @ApiProperty({ example: 'page.viewed' })
  type: string;

  @ApiProperty({ type: 'integer', minimum: 1, example: 9 })
  count: number;
}

export class OmissionResponse {
  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'The id of the event in `events` behind which they would stand; null: before all.',
  })
  after: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'The id of the event in `events` before which they would stand; null: behind all.',
  })
  before: string | null;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'How many are left out here.', example: 12 })
  count: number;

  @ApiProperty({
    type: [TypeCountResponse],
    description: `The most frequent types of them, at most ${OMISSION_MAX_TYPES}; what they do not add up to is of others.`,
  })
  types: TypeCountResponse[];
}

export class UnlistedResponse {
  @ApiProperty({ type: 'integer', description: 'Types that are not in `attention`.', example: 0 })
  attention: number;

  @ApiProperty({ type: 'integer', description: 'Runs that are not in `runs`, the oldest.', example: 0 })
  runs: number;

  @ApiProperty({
    type: 'integer',
    description: 'Types that are not in `summary`: those with the oldest latest events.',
    example: 12,
  })
  summary: number;

  @ApiProperty({ type: 'integer', description: 'How many events these types have in the window.', example: 345 })
  summaryEvents: number;
}

@ApiExtraModels(ShownEventResponse, EventOutlineResponse)
export class TicketContextResponse {
  @ApiProperty({
    format: 'date-time',
    description: 'Nothing in the response is later.',
    example: '2026-04-18T10:00:00Z',
  })
  asOf: string;

  @ApiProperty({
    required: false,
    type: ContextCustomerResponse,
    description: 'With `display=true`, for a key with `customers:read`.',
  })
  customer?: ContextCustomerResponse;

  @ApiProperty({
    required: false,
    type: [AttentionResponse],
    description:
      `The types of warnings and errors in the window, the latest first, at most ${CONTEXT_ATTENTION_TYPES}. ` +
      'Left out where there is none, but with `display=true`.',
  })
  attention?: AttentionResponse[];

  @ApiProperty({
    type: 'array',
    items: { oneOf: [{ $ref: getSchemaPath(ShownEventResponse) }, { $ref: getSchemaPath(EventOutlineResponse) }] },
    description:
      'The latest events, the newest first; behind them, where it is older, the latest of each type in `attention`. ' +
      'An event whose payload there is no room for is an outline.',
  })
  events: (ShownEventResponse | EventOutlineResponse)[];

  @ApiProperty({
    required: false,
    type: [OmissionResponse],
    description:
      'What is left out of `events`, in their order: between two events for which there is no entry here, nothing is missing. ' +
      'Left out where that is so everywhere.',
  })
  leftOut?: OmissionResponse[];

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
    required: false,
    type: UnlistedResponse,
    description: 'How much of the other lists is left out. Itself left out where all of them are whole.',
  })
  unlisted?: UnlistedResponse;

  @ApiProperty({
    description: `Whether anything was left out, so that the response has at most ${CONTEXT_MAX_BYTES} bytes: a payload, an event, or an entry of a list.`,
  })
  truncated: boolean;
}

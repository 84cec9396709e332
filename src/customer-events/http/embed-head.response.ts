import { ApiProperty, PickType } from '@nestjs/swagger';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import type { SessionView } from '../../platform/http/request/caller.ts';
import { HEAD_ATTENTION_TYPES, type TimelineHead, type TypeOfTimeline } from '../application/timeline-heads.ts';
import type { Attention } from '../application/attention.ts';
import type { Customer } from '../domain/customer.ts';
import type { TypeDisplay } from '../domain/event-display.ts';
import { CONTEXT_DEFAULT_WINDOW } from '../domain/ticket-context.ts';
import { CustomerResponse } from './customer.response.ts';
import { SEVERITY } from './event-display.response.ts';
import { PLAN_DESCRIPTION, planLine } from './plan-line.ts';
import { TypeSummaryResponse, typeSummaryResponse } from './timeline.response.ts';

export class EmbedCustomerResponse extends PickType(CustomerResponse, ['externalId', 'name', 'email'] as const) {
  @ApiProperty({ type: 'string', nullable: true, description: PLAN_DESCRIPTION, example: 'pro' })
  plan: string | null;
}

export class EmbedHeadViewerResponse {
  @ApiProperty({ example: 'agent_7' })
  id: string;

  @ApiProperty({ type: 'string', nullable: true, example: 'Grace Hopper' })
  name: string | null;
}

export class EmbedHeadSessionResponse {
  @ApiProperty({ example: 'cmo4a7r2v0003k9qwz5t8n1yc' })
  id: string;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'When the ticket was opened.',
    example: '2026-04-18T10:00:00Z',
  })
  at: string | null;

  @ApiProperty({ enum: ['externalId', 'email'], description: 'An address proves nothing of who wrote the ticket.' })
  matchedBy: SessionView['matchedBy'];

  @ApiProperty({ type: EmbedHeadViewerResponse, nullable: true })
  viewer: EmbedHeadViewerResponse | null;

  @ApiProperty({ type: 'string', nullable: true, example: 'de-DE' })
  locale: string | null;

  @ApiProperty({ type: 'string', nullable: true, example: 'Europe/Berlin' })
  timeZone: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    example: 'https://desk.example/c/{customerExternalId}?e={eventId}',
  })
  eventLink: string | null;

  @ApiProperty({ format: 'date-time', description: 'A renewal a few seconds ago may not be in it.' })
  expiresAt: string;

  @ApiProperty({ format: 'date-time' })
  renewableUntil: string;
}

export class EmbedAttentionResponse {
  @ApiProperty({ example: 'payment.failed' })
  type: string;

  @ApiProperty({ description: 'Of the type; it needs no payload.', example: 'Payment failed' })
  title: string;

  @ApiProperty({ enum: ['warning', 'error'], example: 'warning' })
  severity: Attention['severity'];

  @ApiProperty({ type: 'integer', minimum: 1, example: 2 })
  count: number;

  @ApiProperty({ description: 'The id of the latest of them.', example: 'cmo4a6nb40000xqbp1v5k2h8d' })
  eventId: string;

  @ApiProperty({ format: 'date-time', example: '2026-04-18T08:02:11Z' })
  last: string;
}

export class EmbedTypeResponse extends TypeSummaryResponse {
  @ApiProperty({ description: 'Of the type; it needs no payload.', example: 'Order placed' })
  title: string;

  @ApiProperty({ ...SEVERITY, example: 'info' })
  severity: TypeDisplay['severity'];

  @ApiProperty({ type: 'string', nullable: true, description: 'The name of an icon.', example: 'shopping-cart' })
  icon: string | null;

  @ApiProperty({ description: 'Of little interest.', example: false })
  quiet: boolean;

  @ApiProperty({ description: 'Not to be shown unless it is asked for.', example: false })
  hidden: boolean;
}

export class EmbedHeadResponse {
  @ApiProperty({ type: EmbedCustomerResponse })
  customer: EmbedCustomerResponse;

  @ApiProperty({ type: EmbedHeadSessionResponse })
  session: EmbedHeadSessionResponse;

  @ApiProperty({
    type: [EmbedAttentionResponse],
    description:
      `Types of warnings and errors up to the ticket's instant, or up to now where there is none, and within ${CONTEXT_DEFAULT_WINDOW} ` +
      `before it: at most ${HEAD_ATTENTION_TYPES}, the latest first. Types that are hidden are not among them.`,
  })
  attention: EmbedAttentionResponse[];

  @ApiProperty({
    type: [EmbedTypeResponse],
    description: 'Of the types that the session may see; the type with the latest event first, then by name.',
  })
  types: EmbedTypeResponse[];

  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, description: 'null where there is no event.' })
  firstOccurredAt: string | null;
}

export function embedHeadResponse(
  { customer, attention, types, firstOccurredAt }: TimelineHead,
  session: SessionView,
): EmbedHeadResponse {
  const { id, at, matchedBy, viewer, locale, timeZone, eventLink, expiresAt, renewableUntil } = session;
  return {
    customer: customerResponse(customer),
    session: {
      ...{ id, at, matchedBy, viewer, locale, timeZone, eventLink },
      expiresAt: instantFromMillis(expiresAt),
      renewableUntil: instantFromMillis(renewableUntil),
    },
    attention: attention.map(attentionResponse),
    types: types.map(typeResponse),
    firstOccurredAt,
  };
}

const customerResponse = ({ externalId, name, email, metadata }: Customer): EmbedCustomerResponse => ({
  ...{ externalId, name, email },
  plan: planLine(metadata),
});

const attentionResponse = ({ type, title, severity, count, id, last }: Attention): EmbedAttentionResponse => ({
  ...{ type, title, severity, count, last },
  eventId: id,
});

const typeResponse = ({ title, severity, icon, quiet, hidden, ...summary }: TypeOfTimeline): EmbedTypeResponse => ({
  ...typeSummaryResponse(summary),
  ...{ title, severity, icon, quiet, hidden },
});

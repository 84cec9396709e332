import { ApiProperty, PickType } from '@nestjs/swagger';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import type { SessionView } from '../../platform/http/request/caller.ts';
import type { Customer } from '../domain/customer.ts';
import type { TimelineSummary } from '../domain/timeline.ts';
import { CustomerResponse } from './customer.response.ts';
import { TypeSummaryResponse, typeSummaryResponse } from './timeline.response.ts';

export class EmbedCustomerResponse extends PickType(CustomerResponse, ['externalId', 'name', 'email'] as const) {}

export class EmbedHeadViewerResponse {
  @ApiProperty({ example: 'agent_7' })
  id: string;

  @ApiProperty({ type: 'string', nullable: true, example: 'Grace Hopper' })
  name: string | null;
}

export class EmbedHeadSessionResponse {
  @ApiProperty({ example: 'cmo4a6nb40000xqbp1v5k2h8d' })
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
  matchedBy: string;

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

export class EmbedHeadResponse {
  @ApiProperty({ type: EmbedCustomerResponse })
  customer: EmbedCustomerResponse;

  @ApiProperty({ type: EmbedHeadSessionResponse })
  session: EmbedHeadSessionResponse;

  @ApiProperty({
    type: [TypeSummaryResponse],
    description: 'Of the types that the session may see; the type with the latest event first, then by name.',
  })
  types: TypeSummaryResponse[];

  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, description: 'null where there is no event.' })
  firstOccurredAt: string | null;
}

export function embedHeadResponse(
  { externalId, name, email }: Customer,
  session: SessionView,
  { types, firstOccurredAt }: TimelineSummary,
): EmbedHeadResponse {
  const { id, at, matchedBy, viewer, locale, timeZone, eventLink, expiresAt, renewableUntil } = session;
  return {
    customer: { externalId, name, email },
    session: {
      ...{ id, at, matchedBy, viewer, locale, timeZone, eventLink },
      expiresAt: instantFromMillis(expiresAt),
      renewableUntil: instantFromMillis(renewableUntil),
    },
    types: types.map(typeSummaryResponse),
    firstOccurredAt,
  };
}

import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { encodedMembers } from '../../../libs/json-payload/encoded-members.ts';
import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import { ID_PATTERN } from '../../../libs/kernel/ids.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { EventDisplayResponse } from './event-display.response.ts';

export const ID_PROPERTY = { description: 'Opaque.', pattern: ID_PATTERN.source, example: 'cmo4a6nb40000xqbp1v5k2h8d' };
export const CUSTOMER_ID_PROPERTY = { ...ID_PROPERTY, example: 'c2k0pm1f6y8z3v5t7x9w1q2r3' };

export class CustomerEventResponse {
  @ApiProperty(ID_PROPERTY)
  id: string;

  @ApiProperty(CUSTOMER_ID_PROPERTY)
  customerId: string;

  @ApiProperty({ example: 'order.placed' })
  type: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Value for value what was sent.',
    example: { orderId: '1042', total: 99.9 },
  })
  payload: JsonText;

  @ApiProperty({
    format: 'date-time',
    description: 'RFC 3339 in UTC, up to microseconds, the fraction only as long as it needs to be.',
    example: '2026-04-18T10:00:00Z',
  })
  occurredAt: string;

  @ApiProperty({ format: 'date-time', example: '2026-04-18T10:00:01.234Z' })
  createdAt: string;

  @ApiProperty({ required: false, type: 'string', description: 'Where one was sent.', example: 'order-1042-placed' })
  eventId?: string | undefined;
}

/** An event as it is read. */
@ApiSchema({ name: 'TimelineEvent' })
export class ShownEventResponse extends CustomerEventResponse {
  @ApiProperty({ required: false, type: EventDisplayResponse, description: 'With `display=true` alone.' })
  display?: EventDisplayResponse;
}

const encodedEvent = encodedMembers<ShownEventResponse & Pick<CustomerEventResponse, keyof CustomerEvent>>();

/**
 * The JSON of an event, as {@link ShownEventResponse} has it. Written member by member: for a page
 * or a batch the walk over objects cost more than all else in the response; {@link encodedMembers} sees to it that
 * none is forgotten. Ids and instants have nothing in them that JSON would escape.
 *
 * @param display the JSON of how it is displayed; null: that was not asked for.
 */
export function customerEventResponse(event: CustomerEvent, display: JsonText | null = null): JsonText {
  const { id, customerId, type, payload, occurredAt, createdAt, eventId } = event;
  const optional = eventId === null ? '' : (`,"eventId":${JSON.stringify(eventId)}` as const);
  const what = `"type":${JSON.stringify(type)},"payload":${payload.text}` as const;
  const when = `"occurredAt":"${occurredAt}","createdAt":"${createdAt}"` as const;
  const shown = display === null ? '' : (`,"display":${display.text}` as const);
  return encodedEvent(`{"id":"${id}","customerId":"${customerId}",${what},${when}${optional}${shown}}`);
}

const encodedDisplay = encodedMembers<Omit<ShownEventResponse, keyof CustomerEvent>>();

/** The same of an event that is encoded already: its fields are the members of {@link CustomerEventResponse}. */
export function encodedEventResponse(json: JsonText, display: JsonText | null): JsonText {
  return display === null ? json : encodedDisplay(`${json.text.slice(0, -1)},"display":${display.text}}`);
}

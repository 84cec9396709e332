import { ApiProperty, OmitType } from '@nestjs/swagger';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { CustomerEventResponse } from './customer-event.response.ts';

export class EmbedEventResponse extends OmitType(CustomerEventResponse, ['payload', 'customerId'] as const) {
  @ApiProperty({
    description: 'The JSON of the payload as a text, so that a page can show its numbers digit for digit.',
    example: '{"orderId":"1042","total":99.90}',
  })
  payloadText: string;
}

export const embedEventResponse = (event: CustomerEvent): EmbedEventResponse => {
  const { id, type, payload, occurredAt, createdAt, eventId } = event;
  return { id, type, payloadText: payload.text, occurredAt, createdAt, ...(eventId === null ? {} : { eventId }) };
};

import { ApiProperty } from '@nestjs/swagger';
import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { AllFields } from '../../../libs/kernel/all-fields.ts';
import type { Customer } from '../domain/customer.ts';
import { CUSTOMER_ID_PROPERTY } from './customer-event.response.ts';

export class CustomerResponse {
  @ApiProperty(CUSTOMER_ID_PROPERTY)
  id: string;

  @ApiProperty({ example: 'user_42' })
  externalId: string;

  @ApiProperty({ example: 'ada@example.com' })
  email: string;

  @ApiProperty({ example: 'Ada Lovelace' })
  name: string;

  @ApiProperty({ type: 'string', nullable: true, example: '+44 20 7946 0000' })
  phone: string | null;

  @ApiProperty({ type: 'string', nullable: true, example: 'https://example.com/ada.png' })
  avatarUrl: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { plan: 'pro' } })
  metadata: JsonText;

  @ApiProperty({ format: 'date-time', example: '2026-04-18T10:00:00.5Z' })
  createdAt: string;

  @ApiProperty({ format: 'date-time', example: '2026-04-18T10:00:00.5Z' })
  updatedAt: string;
}

export class ErasedEventsResponse {
  @ApiProperty({ description: 'How many events were erased.', type: 'integer', example: 12 })
  deletedEvents: number;
}

export function customerResponse(customer: Customer): AllFields<CustomerResponse> {
  const { id, externalId, email, name, phone, avatarUrl, metadata, createdAt, updatedAt } = customer;
  return {
    id,
    externalId,
    email,
    name,
    phone,
    avatarUrl,
    metadata,
    createdAt,
    updatedAt,
  } satisfies Record<keyof Customer, unknown>;
}

import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Encodable } from '../../platform/http/response/encode-json.ts';
import type { CustomerPage } from '../application/customer-directory.ts';
import type { Customer } from '../domain/customer.ts';
import { CustomerResponse, customerResponse } from './customer.response.ts';

@ApiSchema({ name: 'CustomerPage' })
export class CustomersFoundResponse {
  @ApiProperty({ type: [CustomerResponse] })
  customers: CustomerResponse[];

  @ApiProperty({
    type: 'string',
    nullable: true,
    required: false,
    description:
      'Give it as `cursor` for the next page, however short this one is; null at the end. Absent where an e-mail address was looked for.',
  })
  nextCursor?: string | null;
}

export const customerPageResponse = ({ customers, nextCursor }: CustomerPage): Encodable<CustomersFoundResponse> => ({
  customers: customers.map(customerResponse),
  nextCursor,
});

export const customerFoundResponse = (customer: Customer | null): Encodable<CustomersFoundResponse> => ({
  customers: customer === null ? [] : [customerResponse(customer)],
});

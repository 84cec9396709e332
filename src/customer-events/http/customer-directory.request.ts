import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, Matches } from 'class-validator';
import { SHORT_LINE, SHORT_LINE_RULE } from '../../../libs/kernel/characters.ts';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import { IsEmailAddress } from '../../platform/input/email-rule.ts';
import { IsCursor, IsLimit } from '../../platform/http/request/query-rules.ts';
import { CUSTOMERS_DEFAULT_LIMIT, CUSTOMERS_MAX_LIMIT } from '../domain/customer-list.ts';

/** A `+` that was not percent-encoded arrives as a space, which an address has in quotation marks only. */
const plusForSpace = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && !value.startsWith('"') ? value.replaceAll(' ', '+') : value;

export class CustomerDirectoryRequest {
  @ApiProperty({
    required: false,
    format: 'email',
    description:
      'Finds the customer with exactly this address, in any case of its letters. No other parameter goes with it.',
    example: 'ada@example.com',
  })
  @IsOptional()
  @Transform(plusForSpace)
  @IsEmailAddress()
  email?: string;

  @ApiProperty({
    required: false,
    minLength: 1,
    maxLength: 255,
    description:
      'Lists the customers whose external id begins with it, in the order of their external ids (by code point).',
    example: 'user_',
  })
  @IsOptional()
  @Matches(SHORT_LINE, { message: SHORT_LINE_RULE })
  externalIdPrefix?: string;

  @ApiProperty({
    required: false,
    type: 'integer',
    minimum: 1,
    maximum: CUSTOMERS_MAX_LIMIT,
    description: `How many customers at most; ${CUSTOMERS_DEFAULT_LIMIT} where it is not given.`,
  })
  @IsLimit(CUSTOMERS_MAX_LIMIT)
  limit?: number;

  @ApiProperty({
    required: false,
    description: 'The nextCursor of the page before, as it is. It goes with the same externalIdPrefix only.',
  })
  @IsCursor()
  cursor?: string;
}

/** @throws VALIDATION_ERROR where the address is not alone: there is nothing to list then. */
export function requireEmailAlone({ externalIdPrefix, limit, cursor }: CustomerDirectoryRequest): void {
  const others = Object.entries({ externalIdPrefix, limit, cursor }).filter(([, value]) => value !== undefined);
  if (others.length === 0) return;
  const names = others.map(([name]) => name).join(', ');
  throw invalidField('email', `finds at most one customer, so it does not go with ${names}; leave one of them out`);
}

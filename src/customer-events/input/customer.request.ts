import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, Matches, ValidateBy } from 'class-validator';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { isLongerThan, SHORT_LINE, SHORT_LINE_RULE } from '../../../libs/kernel/characters.ts';
import type { AllFields } from '../../../libs/kernel/all-fields.ts';
import { IsEmailAddress } from '../../platform/input/email-rule.ts';
import { IsFreeFormObject } from '../../platform/input/free-form-object.ts';
import type { CustomerChanges } from '../domain/customer.ts';

const MAX_URL_LENGTH = 2048;
/** A shorter one than SHORT_LINE. */
const PHONE = /^[^\p{Cc}\p{Cs}]{1,50}$/u;

/** A host must follow the slashes: `URL` alone would find one in `https:///a`. */
const HTTP_URL = /^https?:\/\/[^\s/\\?#\p{Cc}\p{Cs}][^\s\p{Cc}\p{Cs}]*$/iu;

const IsHttpUrl = (): PropertyDecorator =>
  ValidateBy(
    { name: 'isHttpUrl', validator: { validate: (value) => typeof value === 'string' && isHttpUrl(value) } },
    { message: `must be an http or https URL of at most ${MAX_URL_LENGTH} characters` },
  );

function isHttpUrl(text: string): boolean {
  return !isLongerThan(text, MAX_URL_LENGTH) && HTTP_URL.test(text) && URL.canParse(text);
}

/** A customer, as a PATCH gives it: only what is given changes. */
export class CustomerRequest {
  @ApiProperty({
    description: 'Unique per app, without regard to case. Required to create a customer.',
    required: false,
    type: 'string',
    nullable: true,
    format: 'email',
    example: 'ada@example.com',
  })
  @IsOptional()
  @IsEmailAddress()
  email?: string | null;

  @ApiProperty({
    description: 'Required to create a customer.',
    required: false,
    type: 'string',
    nullable: true,
    minLength: 1,
    maxLength: 255,
    example: 'Ada Lovelace',
  })
  @IsOptional()
  @Matches(SHORT_LINE, { message: SHORT_LINE_RULE })
  name?: string | null;

  @ApiProperty({
    required: false,
    type: 'string',
    minLength: 1,
    maxLength: 50,
    nullable: true,
    example: '+44 20 7946 0000',
    description: 'null clears it.',
  })
  @IsOptional()
  @Matches(PHONE, { message: 'must be a string of 1 to 50 characters without control characters, or null' })
  phone?: string | null;

  @ApiProperty({
    required: false,
    type: 'string',
    maxLength: MAX_URL_LENGTH,
    nullable: true,
    example: 'https://example.com/ada.png',
    description: 'An http or https URL; null clears it.',
  })
  @IsOptional()
  @IsHttpUrl()
  avatarUrl?: string | null;

  @ApiProperty({
    description: 'Free-form JSON object, kept like the payload of an event; it replaces the present one as a whole.',
    selfRequired: false,
    nullable: true,
    type: 'object',
    additionalProperties: true,
  })
  @IsOptional()
  @IsFreeFormObject()
  metadata?: JsonText | null;
}

/** Null clears what a customer can be without; for the others it means absent. */
export function customerChanges(request: CustomerRequest): AllFields<CustomerChanges> {
  const { email, name, phone, avatarUrl, metadata } = request;
  return {
    email: email ?? undefined,
    name: name ?? undefined,
    phone,
    avatarUrl,
    metadata: metadata === null ? new JsonText('{}') : metadata,
  } satisfies Record<keyof CustomerRequest, unknown>;
}

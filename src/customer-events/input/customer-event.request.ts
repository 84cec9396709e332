import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { SHORT_LINE, SHORT_LINE_RULE } from '../../../libs/kernel/characters.ts';
import { TYPE_PATTERN, TYPE_RULE } from '../../../libs/kernel/type-filter.ts';
import type { AllFields } from '../../../libs/kernel/all-fields.ts';
import { IsFreeFormObject } from '../../platform/input/free-form-object.ts';
import type { FreeFormLimits } from '../../platform/input/free-form-limits.ts';
import { instantOfText, IsInstant } from '../../platform/input/instant-rule.ts';
import { readFields, type CheckedSource, type JsonSource } from '../../platform/input/field-reader.ts';
import { EVENT_ID_PATTERN, type EventDraft } from '../domain/customer-event.ts';
import { INSTANT_FORMS, type Instant } from '../../../libs/time/instant.ts';

const NO_PAYLOAD = new JsonText('{}');

/** One event, as senders write it. */
export class CustomerEventRequest {
  @ApiProperty({
    description: 'Your own id of the customer. The customer must exist (PATCH /customers/{externalId}).',
    minLength: 1,
    maxLength: 255,
    example: 'user_42',
  })
  @Matches(SHORT_LINE, { message: SHORT_LINE_RULE })
  customerExternalId: string;

  @ApiProperty({ description: 'What happened.', pattern: TYPE_PATTERN.source, example: 'order.placed' })
  @Matches(TYPE_PATTERN, { message: TYPE_RULE })
  type: string;

  @ApiProperty({
    description:
      'Free-form JSON object, stored and given back value for value: integers of any length, decimals of any ' +
      'precision, any key. At most 64 KiB (settable) and 100 levels deep. Duplicate keys are kept as sent; ' +
      'where two payloads are compared, the last one counts.',
    selfRequired: false,
    type: 'object',
    additionalProperties: true,
    default: {},
    nullable: true,
  })
  @IsOptional()
  @IsFreeFormObject()
  payload?: JsonText | null;

  @ApiProperty({
    description:
      `When it happened: ${INSTANT_FORMS}. Without an offset it is UTC. Default: now. The past is welcome. ` +
      'Microseconds are kept, finer fractions are cut off.',
    required: false,
    type: 'string',
    nullable: true,
    example: '2026-04-18T10:00:00Z',
  })
  @IsOptional()
  @IsInstant()
  occurredAt?: string | null;

  @ApiProperty({
    description:
      'Your own id of the event, which makes the call safe to retry: unique per customer for as long as the event lives.',
    required: false,
    type: 'string',
    nullable: true,
    pattern: EVENT_ID_PATTERN.source,
    example: 'order-1042-placed',
  })
  @IsOptional()
  @Matches(EVENT_ID_PATTERN, { message: 'must be 1 to 255 characters of A-Z, a-z, 0-9, "_", ".", ":" and "-"' })
  eventId?: string | null;
}

/**
 * What the sender of a checked request asks to be recorded. Null means absent.
 *
 * @param idempotencyKey serves as the `eventId` where the request has none.
 */
export function eventDraft(request: CustomerEventRequest, idempotencyKey?: string): AllFields<EventDraft> {
  return {
    customerExternalId: request.customerExternalId,
    type: request.type,
    payload: request.payload ?? NO_PAYLOAD,
    occurredAt: typeof request.occurredAt === 'string' ? (instantOfText(request.occurredAt) as Instant) : undefined,
    eventId: request.eventId ?? idempotencyKey,
  } satisfies Record<keyof CustomerEventRequest, unknown>;
}

/**
 * Reads one of many events out of their JSON text: an item of a batch, a line of an import.
 *
 * @throws VALIDATION_ERROR with all fields that are wrong; PAYLOAD_TOO_LARGE
 */
export function readEvent(source: JsonSource | CheckedSource, limits: FreeFormLimits): EventDraft {
  return eventDraft(readFields(CustomerEventRequest, source, limits));
}

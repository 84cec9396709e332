import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, Matches, ValidateBy, type ValidationArguments } from 'class-validator';
import { SHORT_LINE, SHORT_LINE_RULE } from '../../../libs/kernel/characters.ts';
import { instantToMicros, INSTANT_FORMS, millisOfInstant, type Instant } from '../../../libs/time/instant.ts';
import { AUDIT_ACTIONS, type AuditAction } from '../../platform/audit/audit-entry.ts';
import { AsList, IsCursor, IsLimit, IsQueryInstant, timeWindow } from '../../platform/http/request/query-rules.ts';
import { resembledName } from '../../platform/input/unknown-field.ts';
import { AUDIT_DEFAULT_LIMIT, AUDIT_MAX_LIMIT, type AuditFilter } from '../domain/audit-filter.ts';

const isAction = (value: unknown): value is AuditAction => (AUDIT_ACTIONS as readonly unknown[]).includes(value);

const unknownAction = ({ value }: ValidationArguments): string => {
  const given = (Array.isArray(value) ? value : []).find((action) => !isAction(action));
  const meant = typeof given === 'string' ? resembledName(given, AUDIT_ACTIONS) : undefined;
  return meant === undefined
    ? `must be one of ${AUDIT_ACTIONS.join(', ')}`
    : `is not a known action; did you mean ${meant}?`;
};

const AreActions = (): PropertyDecorator =>
  ValidateBy(
    {
      name: 'areActions',
      validator: { validate: (value) => Array.isArray(value) && value.every(isAction), defaultMessage: () => '' },
    },
    { message: unknownAction },
  );

export class AuditRequest {
  @ApiProperty({ required: false, description: `Only what was done at or after this instant: ${INSTANT_FORMS}.` })
  @IsQueryInstant()
  from?: string;

  @ApiProperty({ required: false, description: 'Only what was done before this instant.' })
  @IsQueryInstant()
  to?: string;

  @ApiProperty({
    required: false,
    enum: AUDIT_ACTIONS,
    isArray: true,
    description: 'Given several times, an entry matches if it is of one of them.',
  })
  @IsOptional()
  @AsList()
  @AreActions()
  action?: AuditAction[];

  @ApiProperty({
    required: false,
    minLength: 1,
    maxLength: 255,
    description: 'Only what was done to this customer, also after its erasure.',
    example: 'user_42',
  })
  @IsOptional()
  @Matches(SHORT_LINE, { message: SHORT_LINE_RULE })
  customerExternalId?: string;

  @ApiProperty({
    required: false,
    type: 'integer',
    minimum: 1,
    maximum: AUDIT_MAX_LIMIT,
    description: `How many entries at most; where it is not given, ${AUDIT_DEFAULT_LIMIT} on a page, and all of them as NDJSON.`,
  })
  @IsLimit(AUDIT_MAX_LIMIT)
  limit?: number;

  @ApiProperty({
    required: false,
    description: 'The nextCursor of the page before, as it is. It goes with the same filters only.',
  })
  @IsCursor()
  cursor?: string;
}

/** @throws VALIDATION_ERROR for a time window that ends before it begins. */
export function auditFilter(request: AuditRequest): AuditFilter {
  const { from, to } = timeWindow(request);
  const { action: actions, customerExternalId } = request;
  return { from: firstMillisFrom(from), to: firstMillisFrom(to), actions, customerExternalId };
}

/** Entries have milliseconds: the first that is not before the instant. */
function firstMillisFrom(instant: Instant | undefined): number | undefined {
  if (instant === undefined) return undefined;
  const millis = millisOfInstant(instant);
  return instantToMicros(instant) > BigInt(millis) * 1_000n ? millis + 1 : millis;
}

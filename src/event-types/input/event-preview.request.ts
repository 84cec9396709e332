import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { SHORT_LINE, SHORT_LINE_RULE } from '../../../libs/kernel/characters.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { ID_PATTERN } from '../../../libs/kernel/ids.ts';
import { fieldErrors, invalidField, invalidFields } from '../../../libs/kernel/input-error.ts';
import { TYPE_PATTERN, TYPE_RULE } from '../../../libs/kernel/type-filter.ts';
import { knownFields, readFields, type JsonSource } from '../../platform/input/field-reader.ts';
import { MAX_BODY_OVERHEAD_BYTES, type FreeFormLimits } from '../../platform/input/free-form-limits.ts';
import { IsFreeFormObject } from '../../platform/input/free-form-object.ts';
import { parseKnownFields } from '../../platform/input/repeated-fields.ts';
import type { PreviewedEvent } from '../application/event-previews.ts';
import type { DisplayRule } from '../domain/display-rule.ts';
import { readDisplayRule } from './display-rule.ts';
import { DisplayRuleRequest } from './display-rule.request.ts';

const NO_PAYLOAD = new JsonText('{}');
const OPTIONAL_TEXT = { required: false, type: 'string', nullable: true } as const;

/** An event to try a rule with: one that is stored, or one that is made up. */
export class PreviewedEventRequest {
  @ApiProperty({ ...OPTIONAL_TEXT, description: 'Your own id of the customer whose event it is.', example: 'user_42' })
  @IsOptional()
  @Matches(SHORT_LINE, { message: SHORT_LINE_RULE })
  customerExternalId?: string | null;

  @ApiProperty({ ...OPTIONAL_TEXT, description: 'The id of the event.', pattern: ID_PATTERN.source })
  @IsOptional()
  @Matches(ID_PATTERN, { message: 'must be the id of an event, as the timeline gives it' })
  id?: string | null;

  @ApiProperty({ ...OPTIONAL_TEXT, description: 'The type of an event that is made up.', example: 'order.placed' })
  @IsOptional()
  @Matches(TYPE_PATTERN, { message: TYPE_RULE })
  type?: string | null;

  @ApiProperty({
    selfRequired: false,
    nullable: true,
    type: 'object',
    additionalProperties: true,
    description: 'Its payload; {} where it is left out.',
    example: { id: '1042', total: 99.9, currency: 'EUR' },
  })
  @IsOptional()
  @IsFreeFormObject()
  payload?: JsonText | null;
}

/** A rule, and an event to try it with. */
export class EventPreviewRequest {
  @ApiProperty({ type: () => DisplayRuleRequest })
  @IsFreeFormObject()
  rule: JsonText;

  @ApiProperty({
    type: () => PreviewedEventRequest,
    description: 'Either customerExternalId and id, of an event that is stored; or type, and payload where it has one.',
  })
  @IsFreeFormObject()
  event: JsonText;
}

/** What is to be displayed, and by which rule. */
export interface EventPreview {
  readonly rule: DisplayRule;
  readonly event: PreviewedEvent;
}

/** Bytes of the body of a preview. */
export const maxPreviewBytes = ({ maxPayloadBytes }: FreeFormLimits): number =>
  maxPayloadBytes + 2 * MAX_BODY_OVERHEAD_BYTES;

/** @throws VALIDATION_ERROR with the fields that are wrong, such as `rule.title`; PAYLOAD_TOO_LARGE */
export function readEventPreview(body: JsonSource, limits: FreeFormLimits): EventPreview {
  const { rule, event } = readFields(EventPreviewRequest, body, aroundPayload(limits));
  return {
    rule: within('rule', () => readDisplayRule(parseKnownFields(rule.text, 'rule'))),
    event: within('event', () => readPreviewedEvent(event, limits)),
  };
}

/** The event holds a payload that may be as large as payloads are; who reads that looks how deep it is. */
const aroundPayload = (limits: FreeFormLimits): FreeFormLimits => ({
  maxPayloadBytes: limits.maxPayloadBytes + MAX_BODY_OVERHEAD_BYTES,
  maxPayloadKeys: limits.maxPayloadKeys + knownFields(PreviewedEventRequest).length,
  maxDepth: Infinity,
});

function readPreviewedEvent({ text }: JsonText, limits: FreeFormLimits): PreviewedEvent {
  const source: JsonSource = { name: 'event', value: JSON.parse(text), text, start: 0, end: text.length };
  const { customerExternalId, id, type, payload } = readFields(PreviewedEventRequest, source, limits);
  const [isStored, isMadeUp] = [
    [customerExternalId, id],
    [type, payload],
  ].map((fields) => fields.some((field) => field !== undefined && field !== null));
  if (isStored === isMadeUp)
    throw invalidField('type', 'say either customerExternalId and id, of an event that is stored, or type and payload');
  if (isMadeUp) {
    if (typeof type !== 'string') throw invalidField('type', 'is needed beside a payload');
    return { type, payload: payload ?? NO_PAYLOAD };
  }
  if (typeof customerExternalId !== 'string') throw invalidField('customerExternalId', 'is needed beside an id');
  if (typeof id !== 'string') throw invalidField('id', 'is needed beside a customerExternalId');
  return { customerExternalId, id };
}

/** Names the fields of a part behind its own name. */
function within<T>(part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'invalid') throw error;
    const errors = fieldErrors();
    for (const [field, problems] of Object.entries(error.details ?? {}))
      errors[field === part ? part : `${part}.${field}`] = problems as string[];
    throw invalidFields(errors);
  }
}

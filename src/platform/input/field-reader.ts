import { getMetadataStorage, validateSync } from 'class-validator';
import type { MeasuredMember } from '../../../libs/json-payload/checked-members.ts';
import { objectMembers, type JsonMember, type JsonSpan } from '../../../libs/json-payload/json-members.ts';
import { OPEN_BRACE, QUOTE, stringValue } from '../../../libs/json-payload/json-scanner.ts';
import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { JsonMeasure } from '../../../libs/json-payload/measure-json.ts';
import { type FieldErrors, fieldErrors, invalidField, invalidFields } from '../../../libs/kernel/input-error.ts';
import { freeFormObject, isFreeFormField } from './free-form-object.ts';
import type { FreeFormLimits } from './free-form-limits.ts';
import { isObject } from './is-object.ts';
import { satisfiesAllRules } from './fast-validation.ts';
import { repeatedField } from './repeated-fields.ts';
import { shownField, unknownField } from './unknown-field.ts';

/** A class whose class-validator decorators say what the fields of a request may be. */
export type RequestClass<T extends object> = new () => T;

/** A JSON value of a request, and where it stands in the text that it was parsed from. */
export interface JsonSource extends JsonSpan {
  /** What the value is called in a refusal: `body`, `event`. */
  readonly name: string;
  /** As parsed by `JSON.parse`: exact enough for strings and flags. */
  readonly value: unknown;
  /** Valid JSON, of which `start` to `end` is the value. */
  readonly text: string;
}

/** An object that was checked and measured as it was looked through, and never parsed as a whole. */
export interface CheckedSource {
  readonly text: string;
  readonly members: readonly MeasuredMember[];
}

/** A response that names a thousand unknown fields helps nobody. */
const MAX_FIELDS_NAMED = 20;

const knownFieldsOf = new Map<RequestClass<object>, readonly string[]>();

/** The fields that a request class knows, in the order of their declaration. */
export function knownFields(requestClass: RequestClass<object>): readonly string[] {
  let known = knownFieldsOf.get(requestClass);
  if (known === undefined) {
    const rules = getMetadataStorage().getTargetValidationMetadatas(requestClass, '', false, false);
    known = [...new Set(rules.map((rule) => rule.propertyName))];
    knownFieldsOf.set(requestClass, known);
  }
  return known;
}

/**
 * Reads an object out of the JSON text of a request into an instance of its class, and checks it.
 * A free-form field becomes its text. (Null passes `@IsOptional()`; what it means, its reader decides.)
 *
 * @throws VALIDATION_ERROR with all fields that are wrong; PAYLOAD_TOO_LARGE
 */
export function readFields<T extends object>(
  requestClass: RequestClass<T>,
  source: JsonSource | CheckedSource,
  limits: FreeFormLimits,
): T {
  const { text } = source;
  const known = knownFields(requestClass);
  const errors = fieldErrors();
  const request = new requestClass() as Record<string, unknown>;
  const seen: string[] = [];
  for (const member of membersOf(source)) {
    const { key } = member;
    if (!known.includes(key)) {
      note(errors, shownField(key), () => unknownField(key, known));
    } else if (seen.includes(key)) {
      note(errors, key, () => 'is given more than once');
    } else {
      seen.push(key);
      const isFreeForm = text.charCodeAt(member.start) === OPEN_BRACE && isFreeFormField(requestClass, key);
      request[key] = isFreeForm ? freeForm(text, member, limits) : valueOf(source, member);
      const repeated = isFreeForm ? undefined : repeatedField(text, member);
      if (repeated !== undefined) note(errors, key, () => repeated);
    }
  }
  return checked(request as T, errors);
}

type Member = JsonMember & Partial<JsonMeasure>;

function membersOf(source: JsonSource | CheckedSource): readonly Member[] {
  if ('members' in source) return source.members;
  if (!isObject(source.value)) throw invalidField(source.name, 'must be a JSON object');
  return objectMembers(source.text, source.start, source.end);
}

function freeForm(text: string, member: Member, limits: FreeFormLimits): JsonText {
  const measured = member.depth === undefined ? undefined : (member as MeasuredMember);
  return freeFormObject(member.key, text, member.start, member.end, limits, measured);
}

function valueOf(source: JsonSource | CheckedSource, { key, start, end }: Member): unknown {
  if ('value' in source) return (source.value as Record<string, unknown>)[key];
  const { text } = source;
  return text.charCodeAt(start) === QUOTE ? stringValue(text, start, end) : JSON.parse(text.slice(start, end));
}

/** Checks an instance of a request class by its decorators, in addition to what is wrong already. */
export function checked<T extends object>(request: T, errors: FieldErrors): T {
  if (satisfiesAllRules(request) && isEmpty(errors)) return request;
  for (const { property, constraints } of validateSync(request, { forbidUnknownValues: true })) {
    // Rules of one field may say the same: a limit must be whole, and in two bounds.
    errors[property] ??= [...new Set(Object.values(constraints ?? {}))];
  }
  if (!isEmpty(errors)) throw invalidFields(errors);
  return request;
}

/** Whether no more fields are named, so that there is nothing to look for any more. */
export const isFull = (errors: FieldErrors): boolean => Object.keys(errors).length >= MAX_FIELDS_NAMED;

/**
 * Names a field that is wrong, if it is among the first few.
 *
 * @param problem asked only where the field is named: a search for resembling names in thousands of unknown ones
 *   would take most of the time of a request that is refused.
 */
export function note(errors: FieldErrors, field: string, problem: () => string): void {
  if (errors[field] === undefined && !isFull(errors)) errors[field] = [problem()];
}

const isEmpty = (errors: FieldErrors): boolean => Object.keys(errors).length === 0;

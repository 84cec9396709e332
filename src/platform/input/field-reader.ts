import { getMetadataStorage, validateSync } from 'class-validator';
import { objectMembers, type JsonSpan } from '../../../libs/json-payload/json-members.ts';
import { type FieldErrors, fieldErrors, invalidField, invalidFields } from '../../../libs/kernel/input-error.ts';
import { freeFormObject, isFreeFormField } from './free-form-object.ts';
import type { FreeFormLimits } from './free-form-limits.ts';
import { satisfiesAllRules } from './fast-validation.ts';
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
  { name, value, text, start, end }: JsonSource,
  limits: FreeFormLimits,
): T {
  if (!isObject(value)) throw invalidField(name, 'must be a JSON object');
  const known = knownFields(requestClass);
  const errors = fieldErrors();
  const request = new requestClass() as Record<string, unknown>;
  const seen: string[] = [];
  for (const { key, start: from, end: to } of objectMembers(text, start, end)) {
    if (!known.includes(key)) {
      note(errors, shownField(key), () => unknownField(key, known));
    } else if (seen.includes(key)) {
      note(errors, key, () => 'is given more than once');
    } else {
      seen.push(key);
      const given = value[key];
      request[key] =
        isObject(given) && isFreeFormField(requestClass, key) ? freeFormObject(key, text, from, to, limits) : given;
    }
  }
  return checked(request as T, errors);
}

/** Checks an instance of a request class by its decorators, in addition to what is wrong already. */
export function checked<T extends object>(request: T, errors: FieldErrors): T {
  if (satisfiesAllRules(request) && isEmpty(errors)) return request;
  for (const { property, constraints } of validateSync(request, { forbidUnknownValues: true })) {
    errors[property] ??= Object.values(constraints ?? {});
  }
  if (!isEmpty(errors)) throw invalidFields(errors);
  return request;
}

/**
 * Names a field that is wrong, if it is among the first few.
 *
 * @param problem asked only where the field is named: a search for resembling names in thousands of unknown ones
 *   would take most of the time of a request that is refused.
 */
export function note(errors: FieldErrors, field: string, problem: () => string): void {
  if (errors[field] === undefined && Object.keys(errors).length < MAX_FIELDS_NAMED) errors[field] = [problem()];
}

const isEmpty = (errors: FieldErrors): boolean => Object.keys(errors).length === 0;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { registerDecorator } from 'class-validator';
import { compactJson } from '../../../libs/json-payload/compact-json.ts';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { measureJson, type JsonMeasure } from '../../../libs/json-payload/measure-json.ts';
import { fieldTooLarge, invalidField } from '../../../libs/kernel/input-error.ts';
import { MAX_JSON_DEPTH, type FreeFormLimits } from './free-form-limits.ts';

/** A character of a string takes at most three in UTF-8. */
const MAX_BYTES_OF_CHARACTER = 3;

const freeFormFields = new Map<unknown, Set<string>>();

/**
 * Marks a free-form field: a JSON object that is kept as its text, value for value. It never
 * passes through class-transformer, which drops some keys and overflows on deep objects.
 */
export function IsFreeFormObject(): PropertyDecorator {
  return (prototype, property) => {
    const fields = freeFormFields.get(prototype.constructor) ?? new Set<string>();
    freeFormFields.set(prototype.constructor, fields.add(String(property)));
    registerDecorator({
      name: 'isFreeFormObject',
      target: prototype.constructor,
      propertyName: String(property),
      options: { message: 'must be a JSON object' },
      validator: { validate: (value: unknown) => value instanceof JsonText },
    });
  };
}

export const isFreeFormField = (requestClass: unknown, field: string): boolean =>
  freeFormFields.get(requestClass)?.has(field) ?? false;

/**
 * Takes a free-form object out of the text of a request.
 *
 * @param text valid JSON, of which `start` to `end` is an object.
 * @param measured what `measureJson` finds, where somebody has measured it already.
 * @returns its text without insignificant white space, so that it fits on one line of an export.
 * @throws PAYLOAD_TOO_LARGE, VALIDATION_ERROR
 */
export function freeFormObject(
  field: string,
  text: string,
  start: number,
  end: number,
  { maxPayloadBytes, maxPayloadKeys, maxDepth = MAX_JSON_DEPTH }: FreeFormLimits,
  measured: JsonMeasure = measureJson(text, start, end, maxDepth),
): JsonText {
  const { depth, keys, spaced } = measured;
  if (depth > maxDepth) throw invalidField(field, `must be nested at most ${maxDepth} levels deep`);
  const content = text.slice(start, end);
  const mayBeTooLarge = content.length * MAX_BYTES_OF_CHARACTER > maxPayloadBytes;
  if (mayBeTooLarge && Buffer.byteLength(content) > maxPayloadBytes) throw fieldTooLarge(field, maxPayloadBytes);
  if (keys > maxPayloadKeys) throw invalidField(field, `must have at most ${maxPayloadKeys} keys, but has ${keys}`);
  return new JsonText(spaced ? compactJson(content) : content);
}

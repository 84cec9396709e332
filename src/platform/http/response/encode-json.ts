import { JsonText } from '../../../../libs/json-payload/json-text.ts';

/** What is sent as a T: any part of it may be encoded already. */
export type Encodable<T> =
  | JsonText
  | (T extends readonly (infer Item)[]
      ? readonly Encodable<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Encodable<T[Key]> }
        : T);

/**
 * JSON of a response, in which every {@link JsonText} stands as the text that it is. Undefined
 * members are left out, as by `JSON.stringify`.
 *
 * Only our own responses pass through here: a few levels deep, and never a client's object.
 */
export function encodeJson(value: unknown): string {
  if (value instanceof JsonText) return value.text;
  if (Array.isArray(value)) return `[${value.map(encodeJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let members = '';
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${encodeJson(member)}`;
  }
  return `{${members}}`;
}

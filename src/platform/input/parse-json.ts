import { invalidField } from '../../../libs/kernel/input-error.ts';

/**
 * @param name what the text is called in a refusal.
 * @throws VALIDATION_ERROR; the parser's own words are not repeated, they quote the body.
 */
export function parseJson(text: string, name = 'body'): unknown {
  if (text.trim() === '') throw invalidField(name, 'is empty; a JSON object is expected');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalidField(name, 'is not valid JSON');
  }
}

import { plainLine } from './plain-text.ts';
import { readPath, TemplateError, unknownWord, type TemplateFault } from './value-path.ts';
import { valueText, type ShownEvent, type ValueFormat, type ValuePlace } from './value-text.ts';

/** Literal text, and between it the places of values. */
export interface Template {
  readonly parts: readonly (string | ValuePlace)[];
}

export const MAX_PLACES = 10;
export const MAX_TITLE_TEMPLATE_LENGTH = 300;
export const MAX_URL_TEMPLATE_LENGTH = 1_000;
export const VALUE_FORMATS = ['money', 'cents', 'date'] as const;

/** What a title shows for a value that is not there. */
export const NO_VALUE = '—';

export const isFault = (result: object): result is TemplateFault => 'problem' in result;

/**
 * Reads a template: text with places in it. `{path}`, `{path|fallback}`, `{path:money(currencyPath)}`,
 * `{path:cents(currencyPath)}` (an amount in minor units), `{path:date}`; `{{` and `}}` are braces.
 *
 * @returns the template, or what is wrong with it and where, counted from 1, in UTF-16 code units.
 */
export function parseTemplate(text: string): Template | TemplateFault {
  return faultOrResult(() => readTemplate(text));
}

/** Reads a field's path and its format, such as `payload.total` and `money(payload.currency)`. */
export function parseField(
  path: string,
  format: string | undefined,
): ValuePlace | (TemplateFault & { of: 'path' | 'as' }) {
  const value = faultOrResult(() => wholly(path, readPath(path, 0)).path);
  if (isFault(value)) return { ...value, of: 'path' };
  const read = format === undefined ? null : faultOrResult(() => wholly(format, readFormat(format, 0)).format);
  if (read !== null && isFault(read)) return { ...read, of: 'as' };
  return { path: value, format: read, fallback: null };
}

/** One line of plain text of at most 200 characters; empty where nothing of it could be seen. */
export function renderTitle({ parts }: Template, event: ShownEvent): string {
  let title = '';
  for (const part of parts) title += typeof part === 'string' ? part : (valueText(part, event) ?? NO_VALUE);
  const line = plainLine(title);
  return /\S/.test(line) ? line : '';
}

/** Whether all that it shows is known without the payload and the customer. */
export const needsOnlyType = ({ parts }: Template): boolean =>
  parts.every((part) => typeof part === 'string' || part.path.root === 'type');

function faultOrResult<T extends object>(read: () => T): T | TemplateFault {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { at, problem, word, known } = error;
    return { at, problem, ...(word === undefined ? {} : { word }), ...(known === undefined ? {} : { known }) };
  }
}

function readTemplate(text: string): Template {
  const parts: (string | ValuePlace)[] = [];
  let literal = '';
  let places = 0;
  for (let at = 0; at < text.length;) {
    const character = text[at] as string;
    if ((character === '{' || character === '}') && text[at + 1] === character) {
      literal += character;
      at += 2;
    } else if (character === '{') {
      if (++places > MAX_PLACES)
        throw new TemplateError({
          at: at + 1,
          problem: `is one place more than the ${MAX_PLACES} that a template may have`,
        });
      if (literal !== '') parts.push(literal);
      literal = '';
      const { place, end } = readPlace(text, at);
      parts.push(place);
      at = end;
    } else if (character === '}') {
      throw new TemplateError({ at: at + 1, problem: 'closes nothing; write }} for a brace' });
    } else {
      literal += character;
      at++;
    }
  }
  if (literal !== '') parts.push(literal);
  return { parts };
}

function readPlace(text: string, open: number): { place: ValuePlace; end: number } {
  const close = closingBrace(text, open);
  if (close < 0) throw new TemplateError({ at: open + 1, problem: 'is not closed' });
  const { path, end } = readPath(text, spaceEnd(text, open + 1));
  let at = spaceEnd(text, end);
  let format: ValueFormat | null = null;
  if (text[at] === ':') {
    const read = readFormat(text, spaceEnd(text, at + 1));
    format = read.format;
    at = spaceEnd(text, read.end);
  }
  let fallback: string | null = null;
  if (text[at] === '|') {
    fallback = text.slice(at + 1, close);
    at = close;
    const brace = fallback.indexOf('{');
    if (brace >= 0)
      throw new TemplateError({
        at: close - fallback.length + brace + 1,
        problem: 'stands in a fallback, which is plain text',
      });
  }
  if (at !== close)
    throw new TemplateError({
      at: at + 1,
      problem: `is not expected here; a path may be followed by :${VALUE_FORMATS.join(', :')}, |fallback or }`,
    });
  return { place: { path, format, fallback }, end: close + 1 };
}

/** Of the place that opens there; braces in a key in quotes do not count. -1 where there is none. */
function closingBrace(text: string, open: number): number {
  let inString = false;
  for (let at = open + 1; at < text.length; at++) {
    const character = text[at];
    if (inString && character === '\\') at++;
    else if (character === '"' && (inString || text[at - 1] === '[')) inString = !inString;
    else if (!inString && character === '}') return at;
  }
  return -1;
}

function readFormat(text: string, start: number): { format: ValueFormat; end: number } {
  const [name = ''] = /^[^\s({}|:]*/.exec(text.slice(start, start + 100)) ?? [];
  const end = start + name.length;
  if (name === 'date') return { format: { name }, end };
  if (name !== 'money' && name !== 'cents') throw unknownWord(start, name, VALUE_FORMATS);
  const problem = `needs the path of its currency, such as ${name}(payload.currency)`;
  if (text[end] !== '(') throw new TemplateError({ at: start + 1, problem });
  const currency = readPath(text, spaceEnd(text, end + 1));
  const close = spaceEnd(text, currency.end);
  if (text[close] !== ')') throw new TemplateError({ at: start + 1, problem });
  return { format: { name, currency: currency.path }, end: close + 1 };
}

/** @throws {TemplateError} where something follows. */
function wholly<T extends { end: number }>(text: string, read: T): T {
  if (read.end === text.length) return read;
  throw new TemplateError({ at: read.end + 1, problem: 'is not expected here' });
}

function spaceEnd(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ') at++;
  return at;
}

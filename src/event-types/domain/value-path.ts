import { stringEnd } from '../../../libs/json-payload/json-scanner.ts';

/** Where a value is: in the payload, of the customer, or of the event itself. */
export type ValuePath =
  | { readonly root: 'payload'; readonly steps: readonly PathStep[] }
  | { readonly root: 'customer.name' | 'type' | 'occurredAt' };

/** A member by its key, or an element by its place. */
export type PathStep = string | number;

/** What a path may begin with. */
export const PATH_ROOTS = ['payload', 'customer.name', 'type', 'occurredAt'] as const;

/** What of a path, or a template, cannot be read, and where: counted from 1, in UTF-16 code units. */
export interface TemplateFault {
  readonly at: number;
  /** Such as `is not closed`. */
  readonly problem: string;
  /** A word that is not known, and what it could have been. */
  readonly word?: string;
  readonly known?: readonly string[];
}

/** A thrown {@link TemplateFault}; it does not leave this folder. */
export class TemplateError extends Error implements TemplateFault {
  readonly at: number;
  readonly problem: string;
  readonly word?: string;
  readonly known?: readonly string[];

  constructor({ at, problem, word, known }: TemplateFault) {
    super(problem);
    this.at = at;
    this.problem = problem;
    if (word !== undefined) this.word = word;
    if (known !== undefined) this.known = known;
  }
}

/** What ends a name that stands without quotes. */
const NAME_END = /[.[\]{}()|:"'\s]/;
const MAX_STEPS = 20;
const MAX_INDEX_DIGITS = 6;

/**
 * Reads a path: `payload.a.b[0]["any key"]`, `customer.name`, `type`, `occurredAt`.
 *
 * @param start where it begins in the text.
 * @returns the path, and the index of the first character behind it.
 * @throws {TemplateError}
 */
export function readPath(text: string, start: number): { path: ValuePath; end: number } {
  const { name, end } = readName(text, start);
  if (name === 'payload') return readSteps(text, end);
  if (name === 'customer') {
    const member = text[end] === '.' ? readName(text, end + 1) : { name: '', end };
    if (member.name === 'name') return { path: { root: 'customer.name' }, end: member.end };
    throw unknownWord(start, `customer.${member.name}`, PATH_ROOTS);
  }
  if (name === 'type' || name === 'occurredAt') return { path: { root: name }, end };
  if (name === '') throw new TemplateError({ at: start + 1, problem: 'is no path, such as payload.total' });
  throw unknownWord(start, name, PATH_ROOTS);
}

/** @param index counted from 0. */
export const unknownWord = (index: number, word: string, known: readonly string[]): TemplateError =>
  new TemplateError({ at: index + 1, problem: 'is not known', word, known });

function readSteps(text: string, start: number): { path: ValuePath; end: number } {
  const steps: PathStep[] = [];
  let at = start;
  while (text[at] === '.' || text[at] === '[') {
    const step = text[at] === '.' ? readMember(text, at) : readBracket(text, at);
    steps.push(step.step);
    at = step.end;
    if (steps.length > MAX_STEPS)
      throw new TemplateError({ at: start + 1, problem: `is deeper than ${MAX_STEPS} steps` });
  }
  return { path: { root: 'payload', steps }, end: at };
}

function readMember(text: string, dot: number): { step: PathStep; end: number } {
  const { name, end } = readName(text, dot + 1);
  if (name === '') throw new TemplateError({ at: dot + 1, problem: 'is followed by no name; write ["…"] for any key' });
  return { step: name, end };
}

/** `[0]` or `["any key"]`, the key as a JSON string. */
function readBracket(text: string, open: number): { step: PathStep; end: number } {
  const problem = 'has to be a place, such as [0], or a key in quotes, such as ["any key"]';
  const isKey = text[open + 1] === '"';
  const close = isKey ? endOfString(text, open + 1) : text.indexOf(']', open);
  if (close < 0 || text[close] !== ']') throw new TemplateError({ at: open + 1, problem });
  const content = text.slice(open + 1, close);
  const isPlace = /^\d+$/.test(content) && content.length <= MAX_INDEX_DIGITS;
  const step = isKey ? stringOf(content) : isPlace ? Number(content) : undefined;
  if (step === undefined) throw new TemplateError({ at: open + 1, problem });
  return { step, end: close + 1 };
}

/** The index behind the quote that closes; -1 where there is none. */
function endOfString(text: string, quote: number): number {
  try {
    return stringEnd(text, quote);
  } catch {
    return -1;
  }
}

function stringOf(json: string): string | undefined {
  try {
    return JSON.parse(json) as string;
  } catch {
    return undefined;
  }
}

function readName(text: string, start: number): { name: string; end: number } {
  let end = start;
  while (end < text.length && !NAME_END.test(text[end] as string)) end++;
  return { name: text.slice(start, end), end };
}

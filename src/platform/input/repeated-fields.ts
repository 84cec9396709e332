import { arrayElements, objectMembers, type JsonSpan } from '../../../libs/json-payload/json-members.ts';
import { OPEN_BRACE, OPEN_BRACKET, spaceEnd } from '../../../libs/json-payload/json-scanner.ts';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import { isTurnSpent, nextTurn } from '../../../libs/kernel/time-slice.ts';
import { parseJson } from './parse-json.ts';
import { shownField } from './unknown-field.ts';

/**
 * As deep as known fields are nested anywhere: `rules`, its items, `rule`, `fields`, its items. What is deeper is refused by who
 * reads the fields, and each level is a pass over the text.
 */
const MAX_LEVELS = 6;

/**
 * Parses JSON that has known fields only, and no free-form object. Of members with one name `JSON.parse` keeps the last: the
 * others would be lost in silence.
 *
 * @param name what the value is called in a refusal
 * @throws VALIDATION_ERROR
 */
export function parseKnownFields(text: string, name = 'body'): unknown {
  const value = parseJson(text, name);
  const problem = repeatedField(text, { start: 0, end: text.length });
  if (problem !== undefined) throw invalidField(name, problem);
  return value;
}

/**
 * Refuses a large body of known fields in which one is given more than once, in turns with everything else.
 *
 * @param text a JSON object that was parsed
 * @throws VALIDATION_ERROR
 */
export async function requireFieldsOnce(text: string, name = 'body'): Promise<void> {
  const require = (span: JsonSpan, path: string, levels: number): void => {
    const problem = problemOf(repeatedPath(text, span, path, levels));
    if (problem !== undefined) throw invalidField(name, problem);
  };
  require({ start: 0, end: text.length }, '', 1);
  for (const member of objectMembers(text)) {
    if (text.charCodeAt(member.start) !== OPEN_BRACKET) {
      require(member, member.key, MAX_LEVELS - 1);
      continue;
    }
    for (const [index, element] of arrayElements(text, member.start, member.end).entries()) {
      require(element, `${member.key}[${index}]`, MAX_LEVELS - 2);
      if (isTurnSpent()) await nextTurn();
    }
  }
}

/**
 * What is wrong with a value in which a field is given more than once. A name may be anything that a client has made up, so it is
 * told to the client, and no name of a field that may stand in a log.
 *
 * @param text valid JSON, of which the span is the value
 */
export function repeatedField(text: string, span: JsonSpan): string | undefined {
  return problemOf(repeatedPath(text, span, '', MAX_LEVELS));
}

const problemOf = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : `has ${shownField(path)} more than once`;

function repeatedPath(text: string, { start, end }: JsonSpan, path: string, levels: number): string | undefined {
  if (levels === 0) return undefined;
  const opening = text.charCodeAt(spaceEnd(text, start, end));
  if (opening === OPEN_BRACE) {
    const nameOf = (key: string): string => path + (path === '' ? '' : '.') + key;
    const members = objectMembers(text, start, end);
    const seen = new Set<string>();
    for (const { key } of members) {
      if (seen.has(key)) return nameOf(key);
      seen.add(key);
    }
    for (const member of members) {
      const within = repeatedPath(text, member, nameOf(member.key), levels - 1);
      if (within !== undefined) return within;
    }
  } else if (opening === OPEN_BRACKET) {
    for (const [index, element] of arrayElements(text, start, end).entries()) {
      const within = repeatedPath(text, element, `${path}[${index}]`, levels - 1);
      if (within !== undefined) return within;
    }
  }
  return undefined;
}

import { isDeeper } from '../../../libs/json-payload/measure-json.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { fieldErrors, invalidField, invalidFields } from '../../../libs/kernel/input-error.ts';
import { isTurnSpent, nextTurn } from '../../../libs/kernel/time-slice.ts';
import { isFull, note } from '../../platform/input/field-reader.ts';
import { isObject } from '../../platform/input/is-object.ts';
import { parseJson } from '../../platform/input/parse-json.ts';
import { requireFieldsOnce } from '../../platform/input/repeated-fields.ts';
import { shownField, unknownField } from '../../platform/input/unknown-field.ts';
import type { DisplayRule } from '../domain/display-rule.ts';
import { MAX_RULES } from '../domain/rule-set.ts';
import { readDisplayRule, requireRulePattern } from './display-rule.ts';

const ITEM_FIELDS = ['pattern', 'rule'];

/** More than fields are nested anywhere here: a megabyte of brackets takes `JSON.parse` most of a second. */
const MAX_DEPTH = 20;

/**
 * Reads all rules of an app out of a body, `{ rules: [{ pattern, rule }, …] }`, as a list of them gives them out; in turns with
 * everything else.
 *
 * @throws VALIDATION_ERROR with the fields that are wrong, such as `rules[3].rule.title`.
 */
export async function readRuleSet(text: string): Promise<Map<string, DisplayRule>> {
  if (isDeeper(text, MAX_DEPTH)) throw invalidField('body', `must be nested at most ${MAX_DEPTH} levels deep`);
  const rules = await readRules(parseJson(text));
  await requireFieldsOnce(text);
  return rules;
}

async function readRules(body: unknown): Promise<Map<string, DisplayRule>> {
  const errors = fieldErrors();
  if (!isObject(body)) throw invalidField('body', 'must be a JSON object');
  noteUnknown(errors, body, ['rules'], '');
  const { rules: items } = body;
  if (!Array.isArray(items)) {
    note(errors, 'rules', () => 'must be a list of { pattern, rule }; an empty one removes all');
    throw invalidFields(errors);
  }
  if (items.length > MAX_RULES) throw invalidField('rules', `must be at most ${MAX_RULES}, and are ${items.length}`);
  const rules = new Map<string, DisplayRule>();
  for (const [index, item] of items.entries()) {
    readItem(errors, rules, item, `rules[${index}]`);
    if (isFull(errors)) break;
    if (isTurnSpent()) await nextTurn();
  }
  if (Object.keys(errors).length > 0) throw invalidFields(errors);
  return rules;
}

function readItem(
  errors: Record<string, string[]>,
  rules: Map<string, DisplayRule>,
  item: unknown,
  name: string,
): void {
  if (!isObject(item)) return note(errors, name, () => 'must be an object with a pattern and a rule');
  noteUnknown(errors, item, ITEM_FIELDS, `${name}.`);
  const pattern = noted(errors, `${name}.pattern`, () =>
    requireRulePattern(typeof item.pattern === 'string' ? item.pattern : ''),
  );
  const rule = noted(errors, `${name}.rule`, () => readDisplayRule(item.rule));
  if (pattern === undefined || rule === undefined) return;
  if (rules.has(pattern)) note(errors, `${name}.pattern`, () => 'is there already, further up in the list');
  rules.set(pattern, rule);
}

function noteUnknown(errors: Record<string, string[]>, value: object, known: readonly string[], prefix: string): void {
  for (const field of Object.keys(value)) {
    if (isFull(errors)) return;
    if (!known.includes(field)) note(errors, prefix + shownField(field), () => unknownField(field, known));
  }
}

/** Names what is wrong in a part by where the part stands: its one value, or its fields behind a dot. */
function noted<T>(errors: Record<string, string[]>, place: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DomainError) || error.details === undefined) throw error;
    for (const [field, problems] of Object.entries(error.details)) {
      const name = place.endsWith(`.${field}`) || field === 'type' ? place : `${place}.${field}`;
      note(errors, name, () => (problems as string[])[0] as string);
    }
    return undefined;
  }
}

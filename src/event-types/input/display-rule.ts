import { isLongerThan } from '../../../libs/kernel/characters.ts';
import { fieldErrors, invalidField, invalidFields, type FieldErrors } from '../../../libs/kernel/input-error.ts';
import { note } from '../../platform/input/field-reader.ts';
import { isObject } from '../../platform/input/is-object.ts';
import { resembledName, shownField, unknownField } from '../../platform/input/unknown-field.ts';
import { SEVERITIES, type DisplayRule, type FieldRule } from '../domain/display-rule.ts';
import { ICONS } from '../domain/icons.ts';
import { parsePointer } from '../domain/mask.ts';
import {
  isFault,
  MAX_TITLE_TEMPLATE_LENGTH,
  MAX_URL_TEMPLATE_LENGTH,
  parseField,
  parseTemplate,
} from '../domain/template.ts';
import { parseUrlTemplate } from '../domain/url-template.ts';
import type { TemplateFault } from '../domain/value-path.ts';

export const MAX_FIELDS = 8;
export const MAX_LABEL_LENGTH = 40;
export const MAX_MASKS = 20;
export const MAX_DESCRIPTION_LENGTH = 500;
const MAX_PATH_LENGTH = 300;

const RULE_FIELDS = [
  'title',
  'severity',
  'icon',
  'url',
  'quiet',
  'hidden',
  'fields',
  'mask',
  'description',
] as const satisfies readonly (keyof DisplayRule)[];
const FIELD_FIELDS = ['label', 'path', 'as'] as const satisfies readonly (keyof FieldRule)[];

/** Neither is of use in a text, and PostgreSQL does not store all of them. */
const UNUSABLE_CHARACTERS = /[\p{Cc}\p{Surrogate}]/u;

/** An exact type, a prefix that ends with `.*`, or `*`: what a rule is for. */
const PATTERN = /^(?:[a-z0-9_.]{1,100}|[a-z0-9_.]{0,98}\.\*|\*)$/;

/** @throws VALIDATION_ERROR of the field `type`. */
export function requireRulePattern(text: string): string {
  if (!PATTERN.test(text)) {
    throw invalidField(
      'type',
      'must be an event type (1 to 100 of a-z, 0-9, "_" and "."), the beginning of types such as order.*, or *',
    );
  }
  return text;
}

/**
 * Reads a rule out of a parsed JSON or YAML value. `null` for a field means absent.
 *
 * @param name of the value in refusals: `rule`; its fields are named alone, or behind `prefix`.
 * @param prefix stands before the names of fields, such as `order.placed: `.
 * @throws VALIDATION_ERROR with all fields that are wrong.
 */
export function readDisplayRule(value: unknown, name = 'rule', prefix = ''): DisplayRule {
  const errors = fieldErrors();
  const rule = new RuleReader(errors, prefix).rule(value, name);
  if (Object.keys(errors).length > 0) throw invalidFields(errors);
  return rule;
}

class RuleReader {
  constructor(
    private readonly errors: FieldErrors,
    private readonly prefix: string,
  ) {}

  rule(value: unknown, name: string): DisplayRule {
    if (!isObject(value)) {
      note(this.errors, this.prefix === '' ? name : this.prefix.replace(/: $/, ''), () => 'must be an object');
      return {};
    }
    const given = this.knownMembers(value, RULE_FIELDS, '');
    const rule: { -readonly [Field in keyof DisplayRule]: unknown } = {};
    for (const [field, member] of Object.entries(given)) {
      const read = this.fieldReader(field as keyof DisplayRule)(member, field);
      if (read !== undefined) rule[field as keyof DisplayRule] = read;
    }
    return rule as DisplayRule;
  }

  private fieldReader(field: keyof DisplayRule): (value: unknown, name: string) => unknown {
    const readers: Record<keyof DisplayRule, (value: unknown, name: string) => unknown> = {
      title: (value, name) => this.template(value, name, MAX_TITLE_TEMPLATE_LENGTH, parseTemplate),
      url: (value, name) => this.template(value, name, MAX_URL_TEMPLATE_LENGTH, parseUrlTemplate),
      severity: (value, name) => this.oneOf(value, name, SEVERITIES),
      icon: (value, name) => this.oneOf(value, name, ICONS),
      quiet: (value, name) => this.flag(value, name),
      hidden: (value, name) => this.flag(value, name),
      fields: (value, name) => this.list(value, name, MAX_FIELDS, (item, at) => this.field(item, at)),
      mask: (value, name) => this.list(value, name, MAX_MASKS, (item, at) => this.pointer(item, at)),
      description: (value, name) => this.text(value, name, MAX_DESCRIPTION_LENGTH),
    };
    return readers[field];
  }

  /** The members that are known and not null. */
  private knownMembers(value: object, known: readonly string[], path: string): Record<string, unknown> {
    const members: Record<string, unknown> = {};
    for (const [field, member] of Object.entries(value)) {
      if (!known.includes(field)) this.fail(path + shownField(field), () => unknownField(field, known));
      else if (member !== null && member !== undefined) members[field] = member;
    }
    return members;
  }

  private template(
    value: unknown,
    name: string,
    max: number,
    parse: (text: string) => object | TemplateFault,
  ): string | undefined {
    const text = this.text(value, name, max);
    if (text === undefined) return undefined;
    const template = parse(text);
    if (!isFault(template)) return text;
    return this.fail(name, () => faultText(text, template));
  }

  private field(value: unknown, name: string): FieldRule | undefined {
    if (!isObject(value)) return this.fail(name, () => 'must be an object with a label and a path');
    const given = this.knownMembers(value, FIELD_FIELDS, `${name}.`);
    const label = this.text(given.label, `${name}.label`, MAX_LABEL_LENGTH);
    const path = this.text(given.path, `${name}.path`, MAX_PATH_LENGTH);
    const as = given.as === undefined ? undefined : this.text(given.as, `${name}.as`, MAX_PATH_LENGTH);
    if (label === undefined || path === undefined || (as === undefined && given.as !== undefined)) return undefined;
    const place = parseField(path, as);
    if (isFault(place))
      return this.fail(`${name}.${place.of}`, () => faultText(place.of === 'path' ? path : (as ?? ''), place));
    return { label, path, ...(as === undefined ? {} : { as }) };
  }

  private pointer(value: unknown, name: string): string | undefined {
    const text = this.text(value, name, MAX_PATH_LENGTH);
    if (text === undefined || parsePointer(text) !== null) return text;
    return this.fail(name, () => 'must be a JSON pointer (RFC 6901) of something in the payload, such as /card/number');
  }

  private oneOf<Name extends string>(value: unknown, name: string, names: readonly Name[]): Name | undefined {
    if (names.some((known) => known === value)) return value as Name;
    const resembled = typeof value === 'string' ? resembledName(value, names) : undefined;
    const hint = resembled === undefined ? '' : `; did you mean ${resembled}?`;
    return this.fail(name, () => `must be one of ${names.join(', ')}${hint}`);
  }

  private flag(value: unknown, name: string): boolean | undefined {
    return typeof value === 'boolean' ? value : this.fail(name, () => 'must be true or false');
  }

  private text(value: unknown, name: string, max: number): string | undefined {
    if (typeof value !== 'string') return this.fail(name, () => 'must be a string');
    if (value === '' || isLongerThan(value, max)) return this.fail(name, () => `must have 1 to ${max} characters`);
    if (UNUSABLE_CHARACTERS.test(value)) {
      return this.fail(name, () => 'must have no control characters and no halves of characters');
    }
    return value;
  }

  private list<Item>(
    value: unknown,
    name: string,
    max: number,
    read: (item: unknown, name: string) => Item | undefined,
  ): Item[] | undefined {
    if (!Array.isArray(value)) return this.fail(name, () => 'must be a list');
    if (value.length > max) return this.fail(name, () => `may have at most ${max} items, and has ${value.length}`);
    return value.flatMap((item: unknown, index) => read(item, `${name}[${index}]`) ?? []);
  }

  private fail(field: string, problem: () => string): undefined {
    note(this.errors, this.prefix + field, problem);
  }
}

/** With the place counted in characters from 1; such as `{ at 7 is not closed`, `payloud at 2 is not known; did you mean payload?`. */
function faultText(text: string, { at, problem, word, known }: TemplateFault): string {
  const shown = word === undefined ? [...text.slice(at - 1, at + 1)][0] : shownField(word);
  const place = [...text.slice(0, at - 1)].length + 1;
  const what = shown === undefined || shown === '' ? `what stands at ${place}` : `${shown} at ${place}`;
  if (known === undefined) return problem.startsWith('must') ? problem : `${what} ${problem}`;
  const resembled = resembledName(word ?? '', known);
  const hint = resembled === undefined ? `known are ${known.join(', ')}` : `did you mean ${resembled}?`;
  return `${what} ${problem}; ${hint}`;
}

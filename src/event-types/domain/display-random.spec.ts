import { describe, expect, it } from '@jest/globals';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import { compileRules } from './compiled-rules.ts';
import { textsOf } from './rule-set.ts';
import { displayOf } from '../../../test/support/display-of.ts';
import { randomNumbers } from '../../../test/support/random.ts';
import { inDrill } from '../../../test/support/drill.ts';

/** A payload before it is a text: what is expected is read off it. */
type Tree =
  | { kind: 'scalar'; text: string }
  | { kind: 'string'; value: string }
  | { kind: 'array'; items: Tree[] }
  | { kind: 'object'; members: [key: string, value: Tree][] };
type Step = string | number;
/** A piece of a template, and the text that it becomes; null: a value that is not there. */
interface Piece {
  template: string;
  becomes: string | null;
}

const KEYS = ['a', 'b', '', 'x y', '__proto__', 'constructor', 'toString', '0', '}|"', '😀'];
const SCALARS = ['0', '-0', '99.90', '1e400', '123456789012345678901234567890', 'true', 'false', 'null', '1E+2'];
const CHARACTERS = [
  'a',
  '<b>',
  '"',
  '\\',
  '\n',
  '\r\n',
  '\0',
  '{',
  '}',
  '|',
  'é',
  'a\u0301',
  '😀',
  '👩‍👩‍👧',
  '\ud800',
  '\u202e',
  'ا',
];
const LITERALS = ['Order ', ' · ', '{', '}', '{}', '👩‍👩‍👧', 'é', '\u2066', 'a:b|c', '"'];
/** Their minor units have as many digits for Intl as for ISO 4217. */
const CURRENCIES = ['USD', 'EUR', 'JPY', 'KWD'];
const EVENT = { type: 'order.placed', occurredAt: '2026-04-18T10:00:00.5Z' as Instant };

class Random {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = randomNumbers(seed);
  }

  /** From 0 to below the bound. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  times<T>(count: number, make: () => T): T[] {
    return Array.from({ length: count }, make);
  }
}

function tree(random: Random, levels: number): Tree {
  const kind = random.below(levels > 0 ? 8 : 4);
  if (kind < 2) return { kind: 'scalar', text: random.pick(SCALARS) };
  if (kind < 4) return { kind: 'string', value: text(random) };
  if (kind < 5) return { kind: 'array', items: random.times(random.below(4), () => tree(random, levels - 1)) };
  return object(random, levels);
}

const object = (random: Random, levels: number): Tree => ({
  kind: 'object',
  members: random.times(random.below(7), () => [random.pick(KEYS), tree(random, levels - 1)]),
});

const text = (random: Random): string =>
  random.times(random.below(10) === 0 ? 150 : random.below(6), () => random.pick(CHARACTERS)).join('');

function jsonOf(node: Tree, space: () => string): string {
  const list = (items: string[]): string => items.map((item) => space() + item + space()).join(',');
  switch (node.kind) {
    case 'scalar':
      return node.text;
    case 'string':
      return JSON.stringify(node.value);
    case 'array':
      return `[${list(node.items.map((item) => jsonOf(item, space)))}]`;
    case 'object':
      return `{${list(node.members.map(([key, value]) => `${JSON.stringify(key)}${space()}:${space()}${jsonOf(value, space)}`))}}`;
  }
}

function at(node: Tree | undefined, steps: readonly Step[]): Tree | undefined {
  const [step, ...rest] = steps;
  if (step === undefined || node === undefined) return node;
  if (typeof step === 'number') return node.kind === 'array' ? at(node.items[step], rest) : undefined;
  return node.kind === 'object' ? at(node.members.findLast(([key]) => key === step)?.[1], rest) : undefined;
}

function valueOf(node: Tree | undefined): string | null {
  if (node === undefined || (node.kind === 'scalar' && node.text === 'null')) return null;
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'string') return node.value;
  return cut(
    jsonOf(node, () => ''),
    60,
  );
}

/** Whole graphemes, as many as fit beside the dots. */
function cut(line: string, max: number): string {
  if (line.length <= max) return line;
  let kept = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(line)) {
    if (kept.length + segment.length >= max) break;
    kept += segment;
  }
  return `${kept}…`;
}

const BIDIRECTIONAL = ['\u202e', '\u2066'];
const isHalf = (character: string): boolean => character.length === 1 && character >= '\ud800' && character <= '\udfff';
const plain = (line: string): string =>
  [...line]
    .map((character) => {
      if ('\t\n\v\f\r\x85\u2028\u2029'.includes(character)) return ' ';
      return character < ' ' || BIDIRECTIONAL.includes(character) || isHalf(character) ? '\ufffd' : character;
    })
    .join('');

const pathOf = (random: Random, steps: readonly Step[]): string =>
  `payload${steps
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      return /^[a-z_]+$/i.test(step) && random.below(2) === 0 ? `.${step}` : `[${JSON.stringify(step)}]`;
    })
    .join('')}`;

function placeOf(random: Random, payload: Tree): Piece {
  const steps = random.times(1 + random.below(3), () => (random.below(4) === 0 ? random.below(3) : random.pick(KEYS)));
  const [path, value] = random.pick<[string, string | null]>([
    [pathOf(random, steps), valueOf(at(payload, steps))],
    [pathOf(random, steps), valueOf(at(payload, steps))],
    [pathOf(random, steps), valueOf(at(payload, steps))],
    ['type', EVENT.type],
    ['occurredAt', EVENT.occurredAt],
    ['customer.name', 'Ada'],
  ]);
  const fallback = random.pick([null, '', 'none', 'a|b: "c"']);
  const space = random.pick(['', '', ' ']);
  return {
    template: `{${space}${path}${space}${fallback === null ? '' : `|${fallback}`}}`,
    becomes: value ?? fallback,
  };
}

function literalOf(random: Random): Piece {
  const literal = random.pick(LITERALS);
  return { template: literal.replaceAll('{', '{{').replaceAll('}', '}}'), becomes: literal };
}

describe('a random display', () => {
  it('has the title that is read off its payload', () => {
    const random = new Random(7);
    for (let round = 0; round < inDrill(3_000, 700); round++) {
      const payload = object(random, 3);
      const pieces = random
        .times(1 + random.below(8), () => (random.below(3) === 0 ? literalOf(random) : placeOf(random, payload)))
        .filter(({ template }, index, all) => index === 0 || !isAmbiguous(all[index - 1]?.template ?? '', template));
      const json = jsonOf(payload, () => random.pick(['', '', ' ', '\n\t']));
      const title = pieces.map(({ template }) => template).join('');
      const event = { ...EVENT, payload: new JsonText(json) };
      const shown = displayOf(compileRules(textsOf(new Map([[EVENT.type, { title }]]))), event, 'Ada').title;
      expect({ json, title, shown }).toEqual({ json, title, shown: expected(pieces) });
    }
  });

  it('writes amounts as Intl does, and amounts in minor units as whole numbers are divided', () => {
    const random = new Random(9);
    const title = '{payload.n:money(payload.c)} {payload.n:cents(payload.c)}';
    const rules = compileRules(textsOf(new Map([[EVENT.type, { title }]])));
    for (let round = 0; round < 2_000; round++) {
      const digits = random.times(1 + random.below(25), () => random.below(10)).join('');
      const integer = `${random.pick(['', '-'])}${BigInt(digits)}`;
      const currency = random.pick(CURRENCIES);
      const event = { ...EVENT, payload: new JsonText(`{"n":${integer},"c":"${currency}"}`) };
      expect(displayOf(rules, event, null).title).toBe(
        `${amount(integer, currency)} ${amount(inMinorUnits(integer, currency), currency)}`,
      );
    }
  });

  it('leaves all as it was but what its mask names, for 2,000 payloads', () => {
    const random = new Random(13);
    for (let round = 0; round < 2_000; round++) {
      const payload = object(random, 3);
      const pointers = random.times(1 + random.below(4), () =>
        random.times(1 + random.below(3), () => random.pick([...KEYS, '1', '2'])),
      );
      const space = random.pick(['', ' ', '\n']);
      const mask = pointers.map((tokens) => tokens.map((token) => `/${token.replaceAll('~', '~0')}`).join(''));
      const json = jsonOf(payload, () => space);
      const masked = compileRules(textsOf(new Map([[EVENT.type, { mask }]]))).mask(EVENT.type, new JsonText(json)).text;
      expect({ json, mask, masked }).toEqual({ json, mask, masked: jsonOf(withMask(payload, pointers), () => space) });
    }
  });
});

/** Where nothing of the title could be seen, the built-in one stands. */
const expected = (pieces: readonly Piece[]): string =>
  visible(cut(plain(pieces.map(({ becomes }) => becomes ?? '—').join('')), 200)) ?? 'Order placed';

const visible = (title: string): string | undefined => (title.trim() === '' ? undefined : title);

/** Two braces in a row are one brace: where a literal one meets a place, the template would be another one. */
const isAmbiguous = (before: string, after: string): boolean =>
  (before.endsWith('}') && after.startsWith('}')) || (before.endsWith('{') && after.startsWith('{'));

const amount = (decimal: string, currency: string): string =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency, maximumFractionDigits: 20 }).format(
    decimal as Intl.StringNumericLiteral,
  );

function inMinorUnits(integer: string, currency: string): string {
  const digits = { JPY: 0, KWD: 3 }[currency] ?? 2;
  const unit = 10n ** BigInt(digits);
  const value = BigInt(integer);
  const size = value < 0n ? -value : value;
  const fraction = (size % unit).toString().padStart(digits, '0');
  return `${integer.startsWith('-') ? '-' : ''}${size / unit}${digits === 0 ? '' : `.${fraction}`}`;
}

function withMask(node: Tree, pointers: readonly (readonly string[])[]): Tree {
  if (pointers.some((pointer) => pointer.length === 0)) return { kind: 'string', value: '•••' };
  const below = (token: string): string[][] => pointers.filter(([first]) => first === token).map(([, ...rest]) => rest);
  if (node.kind === 'array')
    return { kind: 'array', items: node.items.map((item, place) => withMask(item, below(String(place)))) };
  if (node.kind !== 'object') return node;
  return { kind: 'object', members: node.members.map(([key, value]) => [key, withMask(value, below(key))]) };
}

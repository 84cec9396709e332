import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from './canonical-json.ts';
import { checkedMembers } from './checked-members.ts';
import { compactJson } from './compact-json.ts';
import { isJson } from './is-json.ts';
import { arrayElements, objectMembers } from './json-members.ts';
import { measureJson } from './measure-json.ts';
import { sameJson } from './same-json.ts';
import { randomWholeNumbers } from '../../test/support/random.ts';

/** A JSON value before it is a text: what is expected of the text is read off it. */
type Tree =
  | { kind: 'scalar'; text: string }
  | { kind: 'string'; value: string }
  | { kind: 'array'; items: Tree[] }
  | { kind: 'object'; members: [key: string, value: Tree][] };
type Random = (bound: number) => number;

const SCALARS = ['0', '-0', '1.0', '1e400', '-12.50E+3', '123456789012345678901234567890', 'true', 'false', 'null'];
const CHARACTERS = [
  'a',
  'b',
  ' ',
  '"',
  '\\',
  '/',
  '\n',
  '\0',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  'é',
  '日',
  '😀',
  '\ud800',
  '\udc00',
  '\u2028',
];
const KEYS = ['a', 'b', '', '__proto__', 'constructor', 'toString', '10', '2', 'a"', 'a\\', '😀', '\ufb33'];
const SPACES = ['', '', '', '', ' ', '\n', '\t', '\r\n', '  '];

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

function tree(random: Random, levels: number): Tree {
  const kind = random(levels > 0 ? 6 : 3);
  if (kind === 0) return { kind: 'scalar', text: pick(random, SCALARS) };
  if (kind < 3) return { kind: 'string', value: times(random(6), () => pick(random, CHARACTERS)).join('') };
  if (kind === 3) return { kind: 'array', items: times(random(4), () => tree(random, levels - 1)) };
  return { kind: 'object', members: times(random(5), () => [pick(random, KEYS), tree(random, levels - 1)]) };
}

/** One of the many spellings of a string. */
function spelling(random: Random, value: string): string {
  const spelt = Array.from({ length: value.length }, (_, at) => {
    const unit = value.charAt(at);
    const escaped = `\\u${value.charCodeAt(at).toString(16).padStart(4, '0')}`;
    if (random(4) === 0) return random(2) === 0 ? escaped : `\\u${escaped.slice(2).toUpperCase()}`;
    if (unit === '/' && random(2) === 0) return '\\/';
    return unit === '"' || unit === '\\' ? `\\${unit}` : unit < ' ' ? escaped : unit;
  });
  return `"${spelt.join('')}"`;
}

/** A text of the tree; without `space` as compact as the library should make it. */
function text(random: Random, space: Random | null, node: Tree): string {
  const gap = (): string => (space === null ? '' : pick(space, SPACES));
  const listed = (items: string[]): string => items.map((item) => `${gap()}${item}${gap()}`).join(',') || gap();
  switch (node.kind) {
    case 'scalar':
      return node.text;
    case 'string':
      return spelling(random, node.value);
    case 'array':
      return `[${listed(node.items.map((item) => text(random, space, item)))}]`;
    case 'object':
      return `{${listed(
        node.members.map(([key, value]) => `${spelling(random, key)}${gap()}:${gap()}${text(random, space, value)}`),
      )}}`;
  }
}

function depth(node: Tree): number {
  if (node.kind === 'array') return 1 + Math.max(0, ...node.items.map(depth));
  if (node.kind === 'object') return 1 + Math.max(0, ...node.members.map(([, value]) => depth(value)));
  return 0;
}

function keys(node: Tree): number {
  const inner =
    node.kind === 'array' ? node.items : node.kind === 'object' ? node.members.map(([, value]) => value) : [];
  return (node.kind === 'object' ? inner.length : 0) + inner.reduce((sum, value) => sum + keys(value), 0);
}

/** The rules of the canonical text, written down once more in the plainest way. */
function canonical(node: Tree): string {
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'string') return JSON.stringify(node.value);
  if (node.kind === 'array') return `[${node.items.map(canonical).join(',')}]`;
  const last = new Map(node.members);
  const keys = [...last.keys()].sort((a, b) => (a < b ? -1 : 1));
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(last.get(key) as Tree)}`).join(',')}}`;
}

/** Another order of the keys; of duplicates the last stays the last. */
function reordered(random: Random, node: Tree): Tree {
  if (node.kind === 'array') return { ...node, items: node.items.map((item) => reordered(random, item)) };
  if (node.kind !== 'object') return node;
  const last = [...new Map(node.members)].map(([key, value]): [string, Tree] => [key, reordered(random, value)]);
  return {
    ...node,
    members: last
      .map((member) => ({ member, at: random(1000) }))
      .sort((a, b) => a.at - b.at)
      .map(({ member }) => member),
  };
}

const ROUNDS = 2000;
const WRONG = ['', '"', '\\', ',', ':', '{', '}', '[', ']', '-', '.', 'e', '0', '1', 't', ' ', '\n', '\0', 'é'];

describe('on random JSON', () => {
  const random = randomWholeNumbers(20_260_418);
  const cases = times(ROUNDS, () => {
    const root = tree(random, random(6));
    const seed = random(1 << 30);
    // The same seed twice: two texts that differ in nothing but white space.
    return {
      root,
      spaced: text(randomWholeNumbers(seed), randomWholeNumbers(seed + 1), root),
      compact: text(randomWholeNumbers(seed), null, root),
    };
  });

  it('checks texts as JSON.parse does, also where a character is wrong', () => {
    for (const { root, compact } of cases) {
      if (root.kind !== 'object') continue;
      const at = random(compact.length);
      const wrong = compact.slice(0, at) + pick(random, WRONG) + compact.slice(at + random(2));
      for (const text of [compact, ` ${compact.replaceAll(',"', ' , "')} `, wrong]) {
        const members = checkedMembers(text);
        if (members === null && isJson(text)) expect(text).toMatch(/\\|[\n\r\t]|^[^{]/);
        if (members === null) continue;
        JSON.parse(text);
        expect(members).toEqual(
          objectMembers(text).map((member) => ({ ...member, ...measureJson(text, member.start, member.end) })),
        );
      }
    }
  });

  /*
   * What is expected is the value of the tree, not of JSON.parse: in V8 13.6 (Node 24) that gives a key with an escape
   * the name of another one that it has just read.
   */
  it('finds members and elements with the values that the text was made of', () => {
    for (const { root, spaced } of cases) {
      const valuesOf = (spans: { start: number; end: number }[]): string[] =>
        spans.map(({ start, end }) => canonicalJson(spaced.slice(start, end)));
      if (root.kind === 'object') {
        const found = objectMembers(spaced);
        expect(found.map(({ key }) => key)).toEqual(root.members.map(([key]) => key));
        expect(valuesOf(found)).toEqual(root.members.map(([, value]) => canonical(value)));
      } else if (root.kind === 'array') {
        expect(valuesOf(arrayElements(spaced))).toEqual(root.items.map(canonical));
      }
    }
  });

  it('finds the very texts of members and elements', () => {
    for (const { root, compact } of cases) {
      if (root.kind !== 'object' && root.kind !== 'array') continue;
      const spans = root.kind === 'object' ? objectMembers(compact) : arrayElements(compact);
      const keys = root.kind === 'object' ? root.members.length : 0;
      // In a compact text spans and keys, commas, colons and brackets add up to the whole.
      const values = spans.reduce((sum, { start, end }) => sum + end - start, 0);
      const punctuation = 2 + Math.max(0, spans.length - 1) + keys;
      const keyTexts = compact.length - values - punctuation;
      expect(keyTexts).toBeGreaterThanOrEqual(2 * keys);
      if (keys === 0) expect(keyTexts).toBe(0);
      for (const { start, end } of spans) expect(compact.slice(start, end)).toBe(compact.slice(start, end).trim());
    }
  });

  it('measures the depth, counts keys and finds white space', () => {
    for (const { root, spaced, compact } of cases) {
      expect(measureJson(spaced)).toEqual({ depth: depth(root), keys: keys(root), spaced: spaced !== compact });
      expect(measureJson(spaced, 0, undefined, 2).depth).toBe(Math.min(3, depth(root)));
    }
  });

  it('takes out all white space and nothing else', () => {
    for (const { spaced, compact } of cases) expect(compactJson(spaced)).toBe(compact);
  });

  it('finds the canonical text, whatever the spelling, the white space and the order of keys', () => {
    for (const { root, spaced } of cases) {
      expect(canonicalJson(spaced)).toBe(canonical(root));
      expect(canonicalJson(canonical(root))).toBe(canonical(root));
      expect(sameJson(spaced, text(random, random, reordered(random, root)))).toBe(true);
    }
  });

  it('tells two values apart exactly if they differ', () => {
    const small = times(400, () => tree(random, 2));
    for (let index = 1; index < small.length; index++) {
      const [a, b] = [small[index - 1] as Tree, small[index] as Tree];
      expect(sameJson(text(random, random, a), text(random, null, b))).toBe(canonical(a) === canonical(b));
      // A change in one place: the last item.
      const changed: Tree = { kind: 'array', items: [a, { kind: 'scalar', text: '1' }] };
      const original: Tree = { kind: 'array', items: [a, { kind: 'scalar', text: '1.0' }] };
      expect(sameJson(text(random, random, original), text(random, random, changed))).toBe(false);
    }
  });
});

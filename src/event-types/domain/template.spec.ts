import { describe, expect, it } from '@jest/globals';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import { displayOf } from '../../../test/support/display-of.ts';
import { randomNumbers } from '../../../test/support/random.ts';
import { compileRules } from './compiled-rules.ts';
import { textsOf } from './rule-set.ts';
import { isFault, parseTemplate } from './template.ts';

/** The title that a template makes of a payload. */
function titleOf(template: string, payload: string, customerName: string | null = null): string {
  const rules = compileRules(textsOf(new Map([['order.placed', { title: template }]])));
  const event = { type: 'order.placed', occurredAt: '2026-04-18T10:00:00Z' as Instant, payload: new JsonText(payload) };
  return displayOf(rules, event, customerName).title;
}

describe('a title template', () => {
  it.each([
    ['Order {payload.orderId}', '{"orderId":"1042"}', 'Order 1042'],
    ['{payload.total}', '{"total":99.90}', '99.90'],
    ['{payload.n}', '{"n":123456789012345678901234567890}', '123456789012345678901234567890'],
    ['{payload.n}', '{"n":0.1234567890123456789}', '0.1234567890123456789'],
    ['{payload.n} {payload.m} {payload.o}', '{"n":1e400,"m":-0,"o":1E+2}', '1e400 -0 1E+2'],
    ['{payload.a.b[1]["any key"]}', '{"a":{"b":[0,{"any key":"here"}]}}', 'here'],
    ['{payload["a.b"]} {payload["q\\"q"]}', '{"a.b":1,"q\\"q":2}', '1 2'],
    ['{payload.x}', '{"x":1,"x":2}', '2'],
    ['{payload.yes} {payload.no}', '{"yes":true,"no":false}', 'true false'],
    ['{payload.o} {payload.a}', '{"o":{"k":1},"a":[1,2]}', '{"k":1} [1,2]'],
    ['{payload.missing}', '{}', '—'],
    ['{payload.n}', '{"n":null}', '—'],
    ['{payload.n|none} {payload.m|}|', '{"n":null}', 'none |'],
    ['<{payload.empty|fallback}>', '{"empty":""}', '<>'],
    ['{payload.empty|fallback} ', '{"empty":" "}', 'Order placed'],
    ['{type} at {occurredAt}', '{}', 'order.placed at 2026-04-18T10:00:00Z'],
    ['{{not a place}} {payload.a}', '{"a":1}', '{not a place} 1'],
    ['{ payload.a }', '{"a":1}', '1'],
    ['{payload.größe}', '{"größe":"XL"}', 'XL'],
    ['{payload["k}|{"]}', '{"k}|{":"brace"}', 'brace'],
    ['{payload.a.b}', '{"a":"text"}', '—'],
    ['{payload.a[0]}', '{"a":{"0":1}}', '—'],
    ['{payload.a["0"]}', '{"a":[1]}', '—'],
    ['{payload.text}', '{"text":"three\\nshort\\r\\nlines"}', 'three short  lines'],
    ['{payload.o}', '{"o": { "k" :\n[ 1, "a  b" ] } }', '{"k":[1,"a  b"]}'],
    ['{payload.a}', ' {"a":1}', '1'],
    ['{payload.a.b} {payload.a}', '{"a":{"b":1},"a":2}', '— 2'],
    ['{payload.a.b}', '{"a":{"b":1},"a":{"b":2,"c":3}}', '2'],
    ['{payload.a.b}', '{"a":{"b":1},"a":{"c":3}}', '—'],
    ['{payload.ab}', '{"\\u0061b":1}', '1'],
    ['{payload}', '{"a":1}', '{"a":1}'],
  ])('%s of %s is %s', (template, payload, title) => {
    expect(titleOf(template, payload)).toBe(title);
  });

  it('shows the name of the customer, or that it is not known', () => {
    expect(titleOf('{customer.name} ordered', '{}', 'Ada')).toBe('Ada ordered');
    expect(titleOf('{customer.name|Somebody} ordered', '{}')).toBe('Somebody ordered');
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'log', 'lookup', 'length'])(
    'finds nothing under the key %s that the payload does not have, and what it has',
    (key) => {
      expect(titleOf(`{payload.${key}}`, '{"a":[1]}')).toBe('—');
      expect(titleOf(`{payload.${key}}`, `{"${key}":"mine"}`)).toBe('mine');
      expect(titleOf(`{payload.${key}.${key}}`, '{"a":"text"}')).toBe('—');
    },
  );

  it.each([
    ['{payload.n:money(payload.c)}', '{"n":99.90,"c":"USD"}', '$99.90'],
    ['{payload.n:money(payload.c)}', '{"n":99.9,"c":"eur"}', '€99.90'],
    ['{payload.n:money(payload.c)}', '{"n":99.905,"c":"USD"}', '$99.905'],
    ['{payload.n:money(payload.c)}', '{"n":"1234.5","c":"USD"}', '$1,234.50'],
    ['{payload.n:money(payload.c)}', '{"n":500,"c":"JPY"}', '¥500'],
    ['{payload.n:money(payload.c)}', '{"n":12345678901234567890.10,"c":"USD"}', '$12,345,678,901,234,567,890.10'],
    ['{payload.n:money(payload.c)}', '{"n":-1e2,"c":"USD"}', '-$100.00'],
    ['{payload.n:money(payload.c)}', '{"n":12,"c":"points"}', '12 points'],
    ['{payload.n:money(payload.c)}', '{"n":12,"c":"pts"}', '12 pts'],
    ['{payload.n:cents(payload.c)}', '{"n":1200,"c":"PTS"}', '1200 PTS'],
    ['{payload.n:cents(payload.c)}', '{"n":1200,"c":{"code":"USD"}}', '1200 {"code":"USD"}'],
    ['{payload.n:money(payload.c)}', '{"n":0.55e1,"c":"USD"}', '$5.50'],
    ['{payload.n:money(payload.c)}', '{"n":0.001e1,"c":"USD"}', '$0.01'],
    ['{payload.n:money(payload.c)}', '{"n":-0,"c":"USD"}', '-$0.00'],
    ['{payload.n:money(payload.c)}', '{"n":"007","c":"USD"}', '007 USD'],
    ['{payload.n:money(payload.c)}', '{"n":1e999999999999999999999,"c":"USD"}', '1e999999999999999999999 USD'],
    [
      '{payload.n:cents(payload.c)}',
      '{"n":123456789012345678901234567890,"c":"USD"}',
      '$1,234,567,890,123,456,789,012,345,678.90',
    ],
    ['{payload.n:money(payload.c)}', '{"n":12}', '12'],
    ['{payload.n:money(payload.c)}', '{"n":"free","c":"USD"}', 'free USD'],
    ['{payload.n:money(payload.c)}', '{"n":1e400,"c":"USD"}', '1e400 USD'],
    ['{payload.n:money(payload.c)}', '{"c":"USD"}', '—'],
    ['{payload.n:money(payload.c)|free}', '{"c":"USD"}', 'free'],
    ['{payload.n:cents(payload.c)}', '{"n":4900,"c":"USD"}', '$49.00'],
    ['{payload.n:cents(payload.c)}', '{"n":5,"c":"USD"}', '$0.05'],
    ['{payload.n:cents(payload.c)}', '{"n":-5,"c":"USD"}', '-$0.05'],
    ['{payload.n:cents(payload.c)}', '{"n":4900,"c":"JPY"}', '¥4,900'],
    ['{payload.n:cents(payload.c)}', '{"n":4900,"c":"KWD"}', 'KWD 4.900'],
    // ISO 4217 gives the lek two digits, CLDR (and so Intl) none.
    ['{payload.n:cents(payload.c)}', '{"n":4900,"c":"ALL"}', 'ALL 49.00'],
    ['{payload.n:cents(payload.c)}', '{"n":4900.5,"c":"USD"}', '$49.005'],
    ['{payload.d:date}', '{"d":"2026-04-18T23:30:00-02:00"}', '19 Apr 2026'],
    ['{payload.d:date}', '{"d":"2026-04-18"}', '18 Apr 2026'],
    ['{payload.d:date}', '{"d":"tomorrow"}', 'tomorrow'],
    ['{occurredAt:date}', '{}', '18 Apr 2026'],
  ])('%s of %s is %s', (template, payload, title) => {
    expect(titleOf(template, payload).replaceAll('\u00a0', ' ')).toBe(title);
  });

  it.each<[string, object]>([
    ['Order {payload.id', { at: 7, problem: 'is not closed' }],
    ['a} b', { at: 2, problem: 'closes nothing; write }} for a brace' }],
    ['{payloud.x}', { at: 2, word: 'payloud', problem: 'is not known' }],
    ['{customer.email}', { at: 2, word: 'customer.email' }],
    ['{payload.total:monney(payload.c)}', { at: 16, word: 'monney' }],
    ['{payload.total:money}', { at: 16, problem: expect.stringContaining('money(payload.currency)') }],
    ['{payload.total:money(payload.c}', { at: 16 }],
    ['{}', { at: 2, problem: 'is no path, such as payload.total' }],
    ['{payload.}', { at: 9 }],
    ['{payload[x]}', { at: 9 }],
    ['{payload["x]}', { at: 1, problem: 'is not closed' }],
    ['{payload.a b}', { at: 12 }],
    ['{payload.a|b{c}', { at: 13 }],
    [`${'{type}'.repeat(11)}`, { at: 61 }],
  ])('%s is refused with the place', (template, fault) => {
    expect(parseTemplate(template)).toMatchObject(fault);
  });

  it('has at most 200 characters, and is cut between graphemes', () => {
    const family = '👨‍👩‍👧‍👦';
    const title = titleOf('{payload.t}', JSON.stringify({ t: family.repeat(50) }));
    expect(title.length).toBeLessThanOrEqual(200);
    expect(title).toBe(`${family.repeat(Math.floor(199 / family.length))}…`);
    expect(titleOf('{payload.t}', JSON.stringify({ t: 'x'.repeat(200) }))).toBe('x'.repeat(200));
    expect(titleOf('{payload.t}', JSON.stringify({ t: 'x'.repeat(201) }))).toBe(`${'x'.repeat(199)}…`);
    // One letter with a thousand accents is one grapheme, and is cut all the same.
    expect(titleOf('{payload.t}', JSON.stringify({ t: `a${'\u0301'.repeat(1_000)}` })).length).toBeLessThanOrEqual(200);
  });

  it('shows an object by its first 60 characters', () => {
    const title = titleOf('{payload.o}', JSON.stringify({ o: { key: 'v'.repeat(100) } }));
    expect(title).toHaveLength(60);
    expect(title).toMatch(/^\{"key":"v+…$/);
    const spaces = ' '.repeat(5_000);
    expect(titleOf('{payload.o}', `{"o":[${spaces}1,${spaces}2${spaces}]}`)).toBe('[1,2]');
  });

  it('shows tabs and line breaks as spaces', () => {
    for (const code of [9, 0xa, 0xb, 0xc, 0xd, 0x85, 0x2028, 0x2029]) {
      const title = titleOf('a{payload.t}b', `{"t":"\\u${code.toString(16).padStart(4, '0')}"}`);
      expect(title).toBe('a b');
    }
  });

  it('shows control, bidirectional and half characters as U+FFFD', () => {
    for (const code of [0, 8, 0x0e, 0x1f, 0x7f, 0x84, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069, 0xd800, 0xdc00]) {
      const title = titleOf('a{payload.t}b', `{"t":"\\u${code.toString(16).padStart(4, '0')}"}`);
      expect(title).toBe('a\ufffdb');
    }
  });

  it('never throws, and makes one bounded line, whatever 300 hostile strings stand in keys, values and templates', () => {
    for (const hostile of hostileStrings()) {
      const json = JSON.stringify(hostile);
      const titles = [
        titleOf(
          '{payload.v} {payload.o} {payload.v:money(payload.v)} {payload.v:cents(payload.v)} {payload.v:date}',
          `{"v":${json},"o":{${json}:${json}}}`,
        ),
        titleOf(`{payload[${json}]}`, `{${json}:1}`),
      ];
      const template = parseTemplate(hostile);
      if (!isFault(template)) titles.push(titleOf(hostile, `{"v":${json}}`));
      for (const title of titles) {
        expect(title.length).toBeLessThanOrEqual(200);
        expect(title).not.toMatch(/[\0-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
      }
    }
  });

  it('looks at no more of a value of 10 MB than it shows', () => {
    const huge = 'k'.repeat(10_000_000);
    expect(titleOf('{payload.v}', `{"v":"${huge}"}`)).toBe(`${'k'.repeat(199)}…`);
    expect(titleOf('{payload}', `{"${huge}":1}`)).toHaveLength(60);
    expect(titleOf('{payload.n}', `{"n":${'9'.repeat(100_000)}}`)).toBe(`${'9'.repeat(199)}…`);
    expect(titleOf('{payload.v}', `{"v":"${'\\\\'.repeat(3_000)}"}`)).toMatch(/^\\+…$/);
    expect(titleOf('{payload.v}', `{"v":"${'\\u00e9'.repeat(3_000)}"}`)).toMatch(/^é+…$/);
  });

  it('shows what JSON.parse finds, for 2,000 random payloads and paths', () => {
    const random = randomNumbers(11);
    const keys = ['a', 'b', 'constructor', '', 'x y', '__proto__'];
    const value = (depth: number): string => {
      const kind = Math.floor(random() * (depth > 3 ? 4 : 6));
      if (kind === 0) return String(Math.floor(random() * 1_000));
      if (kind === 1) return JSON.stringify(['t', '"', '\\', 'é', ''][Math.floor(random() * 5)]);
      if (kind === 2) return random() < 0.5 ? 'true' : 'false';
      if (kind === 3) return 'null';
      const items = Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1));
      if (kind === 4) return `[${items.join(',')}]`;
      return `{${items.map((item) => `${JSON.stringify(keys[Math.floor(random() * keys.length)])}:${item}`).join(',')}}`;
    };
    for (let round = 0; round < 2_000; round++) {
      const payload = `{"a":${value(0)},"b":${value(0)},"a":${value(0)}}`;
      const steps = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
        random() < 0.3 ? Math.floor(random() * 3) : (keys[Math.floor(random() * keys.length)] as string),
      );
      const path = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `[${JSON.stringify(step)}]`)).join('');
      expect([payload, path, titleOf(`{payload${path}}`, payload)]).toEqual([
        payload,
        path,
        expectedTitle(payload, steps),
      ]);
    }
  });
});

/** The same by JSON.parse, which is exact for what the random payloads have. */
function expectedTitle(payload: string, steps: readonly (string | number)[]): string {
  let value: unknown = JSON.parse(payload);
  for (const step of steps) {
    const isThere =
      typeof value === 'object' &&
      value !== null &&
      Array.isArray(value) === (typeof step === 'number') &&
      Object.hasOwn(value, step);
    if (!isThere) return '—';
    value = (value as Record<string | number, unknown>)[step];
  }
  if (value === null) return '—';
  // Nothing of an empty title could be seen: the built-in one stands.
  if (typeof value !== 'object') return String(value) || 'Order placed';
  return shortened(textAt(payload, steps));
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

/** As it stands in the payload: duplicate keys are in it still. */
function textAt(payload: string, steps: readonly (string | number)[]): string {
  let text = payload;
  for (const step of steps) {
    const parts = topLevel(text.slice(1, -1));
    if (typeof step === 'number') text = parts[step] as string;
    else {
      const member = parts.findLast((part) => part.startsWith(`${JSON.stringify(step)}:`)) as string;
      text = member.slice(JSON.stringify(step).length + 1);
    }
  }
  return text;
}

/** Splits at the commas that stand in no string and no brackets. */
function topLevel(text: string): string[] {
  const parts: string[] = [];
  let [depth, start, inString] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if ('[{'.includes(character)) depth++;
    else if (']}'.includes(character)) depth--;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return text === '' ? [] : [...parts, text.slice(start)];
}

function hostileStrings(): string[] {
  const seeds = [
    ...[
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "';DROP TABLE customers;--",
      '{{constructor}}',
      '${7*7}',
    ],
    ...[
      '{payload.constructor.constructor}',
      '{payload',
      '}',
      '{',
      '{}',
      '{|}',
      '{:}',
      '{payload.a|{payload.b}}',
      '{payload["',
    ],
    ...[
      '\u202egnp.exe',
      '\u2066a\u2069',
      '\u0000',
      '\ud800',
      '\udfff',
      '\ufeff',
      '\r\n',
      '\u2028',
      'a\u0301'.repeat(50),
    ],
    ...[
      '🏳️‍🌈',
      '👩‍👩‍👧‍👧',
      'مرحبا',
      '﷽',
      '__proto__',
      'log',
      'lookup',
      'toString',
      'valueOf',
      '-1',
      '1e999',
      'NaN',
      'Infinity',
    ],
    ...[
      '%00',
      '%2e%2e/',
      '../../etc/passwd',
      'javascript:alert(1)',
      '//evil.example',
      'https://evil.example',
      '\\\\evil',
    ],
  ];
  const random = randomNumbers(3);
  while (seeds.length < 300) {
    const pieces = Array.from(
      { length: 1 + Math.floor(random() * 4) },
      () => seeds[Math.floor(random() * 40)] as string,
    );
    seeds.push(pieces.join(random() < 0.5 ? '' : '|'));
  }
  return seeds;
}

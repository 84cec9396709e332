import { describe, expect, it } from '@jest/globals';
import { compactJson } from '../../../libs/json-payload/compact-json.ts';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import { VALID_JSON } from '../../../test/support/valid-json.ts';
import { displayOf as displayBy } from '../../../test/support/display-of.ts';
import { compileRules } from './compiled-rules.ts';
import { textsOf } from './rule-set.ts';
import type { Display, DisplayRule } from './display-rule.ts';
import { plainLine } from './plain-text.ts';

const UNSHOWABLE = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u;

function displayOf(rule: DisplayRule, payload: string): Display {
  const event = { type: 't', occurredAt: '2026-04-18T10:00:00Z' as Instant, payload: new JsonText(payload) };
  return displayBy(compileRules(textsOf(new Map([['t', rule]]))), event, 'Ada');
}

/** How a value is shown, by JSON.parse, which only numbers and objects are not exact for. */
function shown(text: string): string {
  const value: unknown = JSON.parse(text);
  if (value === null) return '—';
  if (typeof value === 'string') return plainLine(value);
  const compact = compactJson(text.trim());
  return typeof value === 'object' ? plainLine(compact, 60) : compact;
}

const named = (text: string): [shown: string, text: string] => [JSON.stringify(text).slice(0, 60), text];

describe('a value of every kind that JSON has', () => {
  it.each(VALID_JSON.map(named))('%s is shown as it stands in the payload', (_shown, text) => {
    const payload = `{"v":0,"other":${text},"v":${text}}`;
    const rule = { title: '{payload.v}', fields: [{ label: 'v', path: 'payload["v"]' }] };
    const { title, fields } = displayOf(rule, payload);
    // Where nothing of the title could be seen, the built-in one stands.
    expect(title).toBe(shown(text).trim() === '' ? 'T' : shown(text));
    expect(fields).toEqual([{ label: 'v', value: shown(text) }]);
    expect(title).not.toMatch(UNSHOWABLE);
  });

  it.each(VALID_JSON.map(named))(
    '%s throws in no format, as a currency, in no link and under no mask',
    (_name, text) => {
      const payload = `{"v":${text},"n":12.50,"c":"USD"}`;
      const rule = {
        title:
          '{payload.v:money(payload.c)} {payload.n:cents(payload.v)} {payload.v:date|none} {payload.v.a} {payload.v[0]}',
        url: 'https://shop.example/{payload.v}?x={payload.v:money(payload.v)}#{payload.v:date}',
        mask: ['/v/a', '/v/0'],
      };
      const { title, url } = displayOf(rule, payload);
      expect(title).not.toMatch(UNSHOWABLE);
      expect(title.length).toBeLessThanOrEqual(200);
      if (url !== null) expect(new URL(url)).toMatchObject({ origin: 'https://shop.example', href: url });
      const masked = compileRules(textsOf(new Map([['t', rule]]))).mask('t', new JsonText(payload)).text;
      expect(JSON.parse(masked)).toMatchObject({ n: 12.5, c: 'USD' });
    },
  );
});

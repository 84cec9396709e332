import { describe, expect, it } from '@jest/globals';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import { displayOf } from '../../../test/support/display-of.ts';
import { compileRules } from './compiled-rules.ts';
import { textsOf } from './rule-set.ts';
import { parseUrlTemplate } from './url-template.ts';

const EVENT = { type: 't', occurredAt: '2026-04-18T10:00:00Z' as Instant };

function urlOf(template: string, payload: object): string | null {
  const rules = compileRules(textsOf(new Map([['t', { url: template }]])));
  return displayOf(rules, { ...EVENT, payload: new JsonText(JSON.stringify(payload)) }, null).url;
}

describe('the template of a link', () => {
  it.each([
    ['https://shop.example/orders/{payload.id}', { id: '1042' }, 'https://shop.example/orders/1042'],
    ['https://shop.example/?q={payload.q}', { q: 'a&b=c d/ü' }, 'https://shop.example/?q=a%26b%3Dc%20d%2F%C3%BC'],
    ['https://shop.example/{payload.q}', { q: "!'()*~" }, 'https://shop.example/%21%27%28%29%2A~'],
    ['http://localhost:8080/{payload.id}', { id: 1 }, 'http://localhost:8080/1'],
    ['https://shop.example', {}, 'https://shop.example'],
    ['https://shop.example/{payload.id}', {}, null],
    ['https://shop.example/{payload.id}', { id: null }, null],
    ['https://shop.example/{payload.id|none}', {}, 'https://shop.example/none'],
    ['https://shop.example/a/{payload.id}/b', { id: '..' }, null],
    ['https://shop.example/a/.{payload.id}', { id: '.' }, null],
    ['https://shop.example/a/%2{payload.id}', { id: 'e' }, null],
    ['https://shop.example/a/.{payload.id}/b', { id: '' }, null],
    ['https://shop.example/a/{payload.id}', { id: '../b' }, 'https://shop.example/a/..%2Fb'],
    ['https://shop.example/{payload.id}', { id: '\ud800' }, null],
    ['https://shop.example/{payload.id}', { id: 'x'.repeat(5_000) }, null],
    ['https://shop.example/?f={payload.f}', { f: { a: [1] } }, 'https://shop.example/?f=%7B%22a%22%3A%5B1%5D%7D'],
    [
      'https://shop.example/?f={payload.f}',
      { f: { a: 'x'.repeat(80) } },
      `https://shop.example/?f=%7B%22a%22%3A%22${'x'.repeat(80)}%22%7D`,
    ],
    ['https://shop.example/{payload.id}', { id: '//evil.example' }, 'https://shop.example/%2F%2Fevil.example'],
    ['https://shop.example/{payload.id}', { id: '@evil.example' }, 'https://shop.example/%40evil.example'],
  ])('%s of %j leads to %s', (template, payload, url) => {
    expect(urlOf(template, payload)).toBe(url);
  });

  it('leads nowhere rather than with half a value', () => {
    expect(urlOf('https://shop.example/{payload.id}', { id: '\u0001'.repeat(2_000) })).toBeNull();
    expect(urlOf('https://shop.example/{payload.id}', { id: { key: 'x'.repeat(5_000) } })).toBeNull();
  });

  it('keeps its host and its path, whatever one or two characters a value has', () => {
    const special = [
      '.',
      '/',
      '\\',
      '@',
      ':',
      '?',
      '#',
      '%',
      '&',
      '\t',
      '\n',
      '\0',
      ' ',
      '%2e',
      '。',
      '／',
      '\u202e',
      '日',
    ];
    const single = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code));
    const values = [...single, ...special.flatMap((first) => special.map((second) => first + second))];
    const template = 'https://shop.example/a/{payload.v}/b?x={payload.v}#{payload.v}';
    const rules = compileRules(textsOf(new Map([['t', { url: template }]])));
    for (const value of values) {
      const event = { ...EVENT, payload: new JsonText(JSON.stringify({ v: value })) };
      const { url } = displayOf(rules, event, null);
      if (value === '.' || value === '..' || /\p{Surrogate}/u.test(value)) {
        expect({ value, url }).toEqual({ value, url: null });
        continue;
      }
      const { origin, pathname, searchParams, hash } = new URL(url as string);
      const read = [origin, decodeURIComponent(pathname), searchParams.get('x'), decodeURIComponent(hash)];
      if (read.join() !== ['https://shop.example', `/a/${value}/b`, value, `#${value}`].join())
        throw new Error(`${url}`);
    }
  });

  it.each([
    'javascript:alert(1)',
    'JAVASCRIPT:alert({payload.x})',
    'data:text/html,x',
    '//evil.example/{payload.id}',
    '/orders/{payload.id}',
    '{payload.url}',
    '{payload.host}/x',
    'https://{payload.host}/x',
    'https://shop.example{payload.x}',
    'https://{payload.x}.shop.example/',
    'https://shop.example:{payload.port}/',
    'https://user@evil.example/',
    'https://shop.example@evil.example/{payload.x}',
    'https://',
    'https:///x',
    'https:\\\\evil.example/x',
    'https://shop.example\\@evil.example/',
    'https://shop exa mple/',
    'https://shop.example/a b',
    'https://shop.example/\ta',
    'ftp://shop.example/',
    ' https://shop.example/',
    'https://shop.example/\u202egnp.exe',
    'https://shop.example/\ud800',
    'https://shop.example/../{payload.id}',
    'https://shop.example/%2e%2E?x={payload.id}',
  ])('%j is refused', (template) => {
    expect(parseUrlTemplate(template)).toHaveProperty('problem');
  });
});

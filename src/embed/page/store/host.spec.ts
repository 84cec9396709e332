import { describe, expect, it } from '@jest/globals';
import { Host, hostMessage, isAllowedOrigin, type HostMessage } from './host.ts';

const ORIGINS = ['https://desk.example', 'https://*.acme.com', 'http://localhost:4000'];
const TOKEN = 'es_7Kq2ZtVw9XbRm4LpYc8HsJd3NfGh6TvBeQaUyWxCz1Mk5PiS';
const message = (kind: string, more: object = {}) => ({ source: 'customer-events', v: 1, kind, ...more });

function framed(knownOrigin: string | null = null, isFramed = true) {
  const sent: [unknown, string][] = [];
  const parent = { postMessage: (data: unknown, origin: string) => void sent.push([data, origin]) };
  const received: HostMessage[] = [];
  let deliver: (event: { source: unknown; origin: string; data: unknown }) => void = () => {
    throw new Error('nobody listens');
  };
  const host = new Host(
    { parent: isFramed ? parent : null, onMessage: (take) => (deliver = take) },
    ORIGINS,
    knownOrigin,
    (one) => received.push(one),
  );
  const say = (data: unknown, origin = 'https://desk.example', source: unknown = parent) =>
    deliver({ source, origin, data });
  return { host, sent, received, say };
}

it.each([
  ['https://desk.example', true],
  ['https://eu.acme.com', true],
  ['https://a.b.acme.com', true],
  ['http://localhost:4000', true],
  ['https://acme.com', false],
  ['https://notacme.com', false],
  ['http://eu.acme.com', false],
  ['https://eu.acme.com:8443', false],
  ['https://eu.acme.com.evil.example', false],
  ['https://desk.example.evil.example', false],
  ['https://desk.example:444', false],
  ['null', false],
  ['', false],
  ['*', false],
])('the origin %j may show the page: %s', (origin, isAllowed) => {
  expect(isAllowedOrigin(origin, ORIGINS)).toBe(isAllowed);
});

it.each([
  [message('hello'), { kind: 'hello' }],
  [message('token', { token: TOKEN }), { kind: 'token', token: TOKEN }],
  [message('theme', { theme: 'dark' }), { kind: 'theme', theme: 'dark' }],
  [message('focusEvent', { eventId: 'e1' }), { kind: 'focusEvent', eventId: 'e1' }],
])('a message of the host is understood: %j', (data, expected) => {
  expect(hostMessage(data)).toEqual(expected);
});

const throwing = Object.defineProperty(message('hello'), 'kind', {
  get: () => {
    throw new Error('no');
  },
});
it.each(
  [
    ...[null, undefined, 1, '', 'hello', [], () => {}, Symbol('a'), new Map(), throwing],
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    ),
    { ...message('hello'), source: 'other' },
    { ...message('hello'), v: '1' },
    { ...message('hello'), v: 2 },
    message('ready'),
    message('__proto__'),
    message('token'),
    message('token', { token: 'sk_live_agent_1' }),
    message('token', { token: 'es_a b' }),
    message('token', { token: `es_${'a'.repeat(10_000_000)}` }),
    message('token', { token: [TOKEN] }),
    message('theme', { theme: 'red' }),
    message('theme', { theme: { toString: () => 'dark' } }),
    message('focusEvent', { eventId: '' }),
    message('focusEvent', { eventId: 'e'.repeat(1_000) }),
    message('focusEvent', { eventId: 7 }),
  ].map((data) => ({ data })),
)('a message that is none is ignored without an error (%#)', ({ data }) => {
  expect(hostMessage(data)).toBeNull();
});

describe('the window around the page', () => {
  it('is told that the page is ready after its first message, at its origin alone', () => {
    const { sent, received, say } = framed();
    expect(sent).toEqual([]);
    say(message('hello'));
    expect(sent).toEqual([[message('ready'), 'https://desk.example']]);
    expect(received).toEqual([{ kind: 'hello' }]);
  });

  it('is told at once where the browser names its origin, and that may show the page', () => {
    expect(framed('https://eu.acme.com').sent).toEqual([[message('ready'), 'https://eu.acme.com']]);
    expect(framed('https://evil.example').sent).toEqual([]);
  });

  it('is not listened to from another origin or another window, and is sent nothing then', () => {
    const { host, sent, received, say } = framed();
    say(message('hello'), 'https://evil.example');
    say(message('token', { token: TOKEN }), 'null');
    say(message('hello'), 'https://desk.example', {});
    say(message('hello'), 'https://desk.example', null);
    expect(host.send({ kind: 'height', height: 10 })).toBe(false);
    expect([sent, received]).toEqual([[], []]);
  });

  it('is never sent to all origins, and never sent a token', () => {
    const { host, sent, say } = framed();
    say(message('token', { token: TOKEN }));
    host.send({ kind: 'tokenExpiring', expiresAt: '2026-04-20T10:00:00Z' });
    host.send({ kind: 'opened', eventId: 'e1' });
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(([, origin]) => origin))).toEqual(new Set(['https://desk.example']));
    expect(JSON.stringify(sent)).not.toContain('es_');
  });

  it('is not there where the page stands by itself', () => {
    const { host, sent, say } = framed('https://desk.example', false);
    expect(host.send({ kind: 'ready' })).toBe(false);
    expect(sent).toEqual([]);
    expect(() => say(message('hello'))).toThrow('nobody listens');
  });
});

import { expect, it } from '@jest/globals';
import type { Head } from '../api/types.ts';
import { eventLink, eventReference, firstEventCommand, safeLink } from './event-reference.ts';
import { commandOf } from './keys.ts';

const head = (externalId: string, link: string | null) =>
  ({ customer: { externalId }, session: { eventLink: link } }) as unknown as Head;

it.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example', 'not a link', ''])('%j is no link', (text) => {
  expect(safeLink(text)).toBeNull();
});

it('the host of a link is told', () => {
  expect(safeLink('https://pay.example.com/in/1')).toEqual({
    href: 'https://pay.example.com/in/1',
    host: 'pay.example.com',
  });
});

it('values in the link of an event are encoded, and half characters do not throw', () => {
  const template = 'https://desk.example/c/{customerExternalId}?e={eventId}';
  expect(eventLink(head('a/b$&?', template), 'e1')).toBe('https://desk.example/c/a%2Fb%24%26%3F?e=e1');
  expect(eventLink(head('\ud800', template), 'e1')).toBe('https://desk.example/c/%EF%BF%BD?e=e1');
  expect(eventLink(head('a', null), 'e1')).toBeNull();
  expect(eventLink(head('a', 'javascript:{eventId}'), 'e1')).toBeNull();
});

it('an event without a link has a reference', () => {
  const event = { title: 'Payment failed', occurredAt: '2026-04-20T08:02:07.123456Z', id: 'e1' };
  expect(eventReference(head('cus_1', null), event)).toBe(
    'Payment failed · 2026-04-20T08:02:07.123456Z · customer cus_1 · event e1',
  );
});

it('the command for a first event quotes an id for the shell', () => {
  const command = firstEventCommand('http://localhost:3000', "o'hara; rm", '2026-04-20T08:00:00.000Z');
  expect(command).toContain(`"customerExternalId":"o'\\''hara; rm"`);
});

it('keys of one character can be switched off, and no key of the browser is taken', () => {
  const key = (name: string, more = {}) => ({ key: name, ctrlKey: false, altKey: false, metaKey: false, ...more });
  expect(commandOf(key('j'), true)).toBe('next');
  expect(commandOf(key('j'), false)).toBeNull();
  expect(commandOf(key('ArrowDown'), false)).toBe('next');
  expect(commandOf(key('f', { ctrlKey: true }), true)).toBeNull();
  expect(commandOf(key('End', { ctrlKey: true }), false)).toBe('leave-down');
  expect(commandOf(key('constructor'), true)).toBeNull();
});

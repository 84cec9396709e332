import { describe, expect, it } from '@jest/globals';
import { isEventLink } from './event-link.ts';

describe('isEventLink', () => {
  it.each([
    'https://desk.example/c/{customerExternalId}?e={eventId}',
    'http://localhost:3000/#{eventId}',
    'https://desk.example',
    'HTTPS://desk.example/a',
  ])('takes %s', (text) => expect(isEventLink(text)).toBe(true));

  it.each([
    '',
    'javascript:alert(1)',
    '//desk.example/',
    '/c/{eventId}',
    'ftp://desk.example/',
    'https://{eventId}/',
    'https://desk.example{eventId}',
    'https://desk.example.{customerExternalId}/',
    'https://desk.example:{eventId}/',
    'https://user@desk.example/',
    'https://desk.example\\@evil.example/',
    'https://desk.example/{payload}',
    'https://desk.example/{eventId',
    'https://desk.example/}',
    'https://desk.example/{{eventId}}',
    'https://desk.example/a b',
    'https://desk.example/\u0000',
    'https://desk.example/\ud800',
    'https://',
    `https://desk.example/${'x'.repeat(1_000)}`,
  ])('refuses %j', (text) => expect(isEventLink(text)).toBe(false));
});

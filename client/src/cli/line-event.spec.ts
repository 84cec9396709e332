import { describe, expect, it } from '@jest/globals';
import { eventOfLine } from './line-event.ts';

const eventOf = (text: string) => eventOfLine({ number: 1, text });
const LINE = '{"customerExternalId":"c","type":"order.placed"}';

describe('a line of events', () => {
  it.each([
    ['digits', '{"total":99.90,"big":123456789012345678901234567890}'],
    ['what looks like members', '{"a":"\\"payload\\":{","b":{"payload":{"}":"]"}},"c":[{},[1,"}"]]}'],
    ['white space', '{ "a" :\t1 }'],
    ['an empty object', '{}'],
  ])('keeps the text of its payload, with %s', (_what, payload) => {
    for (const line of [
      `{"customerExternalId":"c","type":"t","payload":${payload}}`,
      ` { "payload" : ${payload} , "type" : "t" , "customerExternalId" : "\\"payload\\":{}" } `,
      `{"type":"t","\\u0070ayload":${payload},"occurredAt":null}`,
    ])
      expect(eventOf(line).payload).toMatchObject({ text: payload });
  });

  it('has its other members as values', () => {
    expect(
      eventOf(`{"customerExternalId":"a\\u00e4","type":"t","occurredAt":null,"eventId":"e","payload":null}`),
    ).toEqual({
      customerExternalId: 'aä',
      type: 't',
      occurredAt: null,
      eventId: 'e',
      payload: null,
    });
  });

  it('keeps a member __proto__ as an unknown field, which is refused', () => {
    expect(Object.keys(eventOf('{"__proto__":{"type":"t"},"type":"u"}'))).toEqual(['__proto__', 'type']);
  });

  it('is what was rejected, where it is one of a file of rejected lines', () => {
    expect(eventOf(`{"rejected":{"line":3,"code":"X"},"event":${LINE}}`)).toMatchObject({ customerExternalId: 'c' });
    expect(eventOf(`{"rejected":{},"text":${JSON.stringify(LINE)}}`)).toMatchObject({ type: 'order.placed' });
  });

  it.each([
    ['no JSON', '{"type":', 'The line is not valid JSON'],
    ['an array', '[]', 'The line is not a JSON object'],
    ['null', 'null', 'The line is not a JSON object'],
    ['twice the same member', '{"type":"a","\\u0074ype":"b"}', 'The line has "type" more than once'],
    [
      'a rejected row of CSV',
      '{"rejected":{},"row":"a,b"}',
      'The line has what was rejected in a form that is no event',
    ],
    ['a rejected line that is not fixed', '{"rejected":{},"text":"{"}', 'The line is not valid JSON'],
  ])('is refused with %s, by a message without its content', (_what, text, message) => {
    expect(() => eventOf(text)).toThrow(message);
  });

  it('reads deep and long lines', () => {
    const deep = `{"payload":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
    expect(eventOf(deep).payload).toMatchObject({ text: deep.slice(11, -1) });
    const long = `{"payload":{"a":"${'\\"'.repeat(500_000)}"},"type":"t"}`;
    expect(eventOf(long).type).toBe('t');
  });
});

import { describe, expect, it } from '@jest/globals';
import { cutPayloads } from './payload-texts.ts';

const PAYLOADS = [
  '{}',
  '{"total":99.90,"id":123456789012345678901234567890,"zero":-0,"big":1e400}',
  '{"payload":{"payload":{}},"a":"}","b":"\\"{\\\\","c":"\\\\"}',
  '{ "text" : "\\"payload\\":{" , "list" : [ {"a":"]}"} ] }',
  '{"__proto__":{"x":"\\ud800"},"":{}}',
];

describe('the payloads of a response', () => {
  it('are cut out as they stand, whatever is in them', () => {
    const events = PAYLOADS.map((payload, index) => `{"id":"c${index}","payload":${payload},"eventId":"payload"}`);
    const { rest, payloads } = cutPayloads(`{"data":{"events":[${events.join()}],"nextCursor":null}}`);
    expect(payloads).toEqual(PAYLOADS);
    const ids = PAYLOADS.map((_, index) => ({ id: `c${index}`, payload: index, eventId: 'payload' }));
    expect(JSON.parse(rest)).toEqual({ data: { events: ids, nextCursor: null } });
  });

  it('are found where a proxy has added white space', () => {
    expect(cutPayloads('{"payload" :\n {"a":1} }')).toEqual({ rest: '{"payload" :\n 0 }', payloads: ['{"a":1}'] });
  });

  it('that have no end are an error, and not an endless search', () => {
    for (const text of ['{"payload":{"a":1', '{"payload":{"a', '{"payload":{"a\\']) {
      expect(() => cutPayloads(text)).toThrow(SyntaxError);
    }
  });
});

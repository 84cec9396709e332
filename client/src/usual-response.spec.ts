import { describe, expect, it } from '@jest/globals';
import { parsedResults } from './batch-response.ts';
import { encodeEvent, type EncodedEvent } from './encode-event.ts';
import type { CustomerEvent } from './event.ts';
import { rawJson } from './json-text.ts';
import { usualResults } from './usual-response.ts';

const encoded = (event: Partial<CustomerEvent>): EncodedEvent =>
  encodeEvent(
    { customerExternalId: 'user_42', type: 'order.placed', ...event },
    { payloadBytes: 65_536, eventBytes: 1_000_000 },
  );
const SENT = [
  encoded({ occurredAt: '2026-04-18T10:00:00.5Z', payload: { total: 99.9, text: 'a "quote", a \\ and ü 😀 \n' } }),
  encoded({ customerExternalId: 'a ","type":"b', eventId: 'order-1042-placed' }),
  encoded({ type: 'order.paid', payload: { eventId: 'other"}},{"index":2', nested: [{ payload: {} }] } }),
];
const CREATED_AT = '2026-04-18T10:00:01.234Z';

/** As the service writes it; an instant in the shortest form. */
function resultText({ event, text, echoStart, echoEnd }: EncodedEvent, index: number): string {
  const ids = `"id":"cmo4a6nb40000xqbp1v5k2h${index}d","customerId":"c2k0pm1f6y8z3v5t7x9w1q2r3"`;
  const when = `${event.occurredAt.replace('.000Z', 'Z')}","createdAt":"${CREATED_AT}","eventId":"${event.eventId}"`;
  const status = index === 1 ? 'replayed' : 'created';
  return `{"index":${index},"status":"${status}","event":{${ids},${text.slice(echoStart, echoEnd)}${when}}}`;
}

const responseText = (results: string): string =>
  `{"success":true,"data":{"created":2,"replayed":1,"rejected":0,"results":[${results}]},"timestamp":"${CREATED_AT}"}`;
const USUAL = responseText(SENT.map(resultText).join());

describe('the usual response to a batch', () => {
  it('has the results that JSON.parse finds in it', () => {
    const results = usualResults(USUAL, SENT);
    expect(results).toEqual(parsedResults(USUAL, SENT));
    expect(results?.map(({ status }) => status)).toEqual(['created', 'replayed', 'created']);
    expect(results?.[0]).toEqual({
      status: 'created',
      id: 'cmo4a6nb40000xqbp1v5k2h0d',
      customerId: 'c2k0pm1f6y8z3v5t7x9w1q2r3',
      type: 'order.placed',
      occurredAt: '2026-04-18T10:00:00.5Z',
      createdAt: CREATED_AT,
      eventId: SENT[0]?.event.eventId,
    });
  });

  it.each<[string, string]>([
    ['a refused event', responseText(`{"index":0,"status":"rejected","code":"NO","message":"no"}`)],
    ['fewer results', responseText(SENT.slice(0, 2).map(resultText).join())],
    ['more results', responseText([...SENT, ...SENT].map(resultText).join())],
    ['results in another order', responseText(SENT.map(resultText).reverse().join())],
    ['white space', USUAL.replace('"results":', '"results": ')],
    ['text behind its end', `${USUAL} `],
    ['a member that is not known', USUAL.replace('"status":', '"new":1,"status":')],
    ['an id with an escape', USUAL.replace('"id":"c', '"id":"\\u0063')],
    ['an id with a control character', USUAL.replace('"id":"c', '"id":"\u0001')],
    ['the event of another', USUAL.replace(SENT[0]?.event.eventId as string, 'other')],
    ['another payload', USUAL.replace('99.9', '99.8')],
    ['nothing', ''],
  ])('is not taken for it with %s', (_what, text) => {
    expect(usualResults(text, SENT)).toBeUndefined();
  });

  it('is not taken for it where a payload is spelled in another way than it was sent', () => {
    const sent = [encoded({ payload: rawJson('{ "a": 1 }') })] as const;
    const text = responseText(resultText(sent[0], 0)).replace('{ "a": 1 }', '{"a":1}');
    expect(usualResults(text, sent)).toBeUndefined();
    expect(parsedResults(text, sent)).toEqual([expect.objectContaining({ status: 'created' })]);
  });

  it('with any one character changed, left out or doubled has the results that JSON.parse finds, or is not taken for it', () => {
    let taken = 0;
    for (let at = 0; at < USUAL.length; at++) {
      const [before, after] = [USUAL.slice(0, at), USUAL.slice(at + 1)];
      for (const between of ['', USUAL[at]!.repeat(2), '"', '\\', '}', ',', '0', 'x', '\u0001', 'ü']) {
        const text = before + between + after;
        const results = usualResults(text, SENT);
        if (results === undefined) continue;
        taken++;
        if (JSON.stringify(results) !== JSON.stringify(parsedResults(text, SENT))) throw new Error(text);
      }
    }
    expect(taken).toBeGreaterThan(100);
  });
});

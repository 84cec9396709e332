import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { asTheyAre, expectFailure, type ReceivedResponse } from './helpers/answers.ts';

const MAX_BATCH_BYTES = 8_388_608;

/** A text of the size that a batch may have, made of one piece again and again. */
const filled = (head: string, piece: string, tail: string): string =>
  head + piece.repeat(Math.floor((MAX_BATCH_BYTES - head.length - tail.length) / piece.length)) + tail;

const DEEP = `${'['.repeat(100)}${']'.repeat(100)}`;
const KEYS = Array.from({ length: 10_000 }, (_, n) => `"k${n}":1`).join(',');

describe('A body that is made to take long', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  /** The response, and how often the event loop turned while the service worked on it. */
  const turnsDuring = async (work: () => Promise<ReceivedResponse>): Promise<[ReceivedResponse, number]> => {
    let turns = 0;
    let counting = true;
    const turn = (): void => {
      turns++;
      if (counting) setImmediate(turn);
    };
    setImmediate(turn);
    const response = await work();
    counting = false;
    return [response, turns];
  };
  const batch = async (text: string): Promise<ReceivedResponse> =>
    service
      .post('/customer-events/batch', '', { 'Content-Encoding': 'gzip' })
      .serialize(asTheyAre)
      .send(gzipSync(text) as never);

  it.each([
    ['1.4 million unknown keys', filled('{"events":[{', '"a":1,', '"b":1}]}'), 207],
    ['2.7 million empty objects', filled('{"events":[', '{},', '{}]}'), 400],
    ['nests 100 deep', filled('{"events":[', `${DEEP},`, '1]}'), 400],
    ['white space', filled('{"events":[', ' ', '{}]}'), 207],
    ['white space alone', filled('', ' ', ''), 400],
    ['open brackets', filled('{"events":[', '[', ''), 400],
    ['one long string', filled('{"events":["', 'a', '"]}'), 207],
    ['escapes', filled('{"events":["', '\\\\', '"]}'), 207],
    ['unknown members of the envelope', filled('{', '"a":1,', '"b":1}'), 400],
  ])('of %s gets its response', async (_, text, status) => {
    const [response] = await turnsDuring(() => batch(text));
    expect(response.status).toBe(status);
    if (status === 400) expectFailure(response, 400, 'VALIDATION_ERROR');
  });

  it('lets others take their turns between its items', async () => {
    const payload = `{${Array.from({ length: 5_000 }, (_, n) => `"k${n}":"x"`).join(',')}}`;
    const item = (n: number): string =>
      `{"customerExternalId":"user_42","type":"a","eventId":"t-${n}","payload":${payload}}`;
    const text = `{"events":[${Array.from({ length: 120 }, (_, n) => item(n)).join(',')}]}`;
    const [created, turns] = await turnsDuring(() => batch(text));
    expect(created.status).toBe(201);
    expect(turns).toBeGreaterThan(10);
    const reversed = `{${Array.from({ length: 5_000 }, (_, n) => `"k${4_999 - n}":"x"`).join(',')}}`;
    const [replayed, replayTurns] = await turnsDuring(() => batch(text.replaceAll(payload, reversed)));
    expect(JSON.parse(replayed.text)).toMatchObject({ data: { created: 0, replayed: 120 } });
    expect(replayTurns).toBeGreaterThan(10);
  });

  it('names the first twenty of 10,000 unknown fields, in an imported line too', async () => {
    const line = `{"customerExternalId":"user_42","type":"a",${KEYS}}\n`;
    const response = await service.post('/customer-events/import', line.repeat(64), {
      'Content-Type': 'application/x-ndjson',
    });
    const { data } = JSON.parse(response.text) as { data: { rejected: number; errors: { details: object }[] } };
    expect(data.rejected).toBe(64);
    expect(Object.keys(data.errors[0]?.details ?? {})).toHaveLength(20);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { oneLine } from '../../libs/ndjson/one-line.ts';
import { citusVersion } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectSuccess } from './helpers/answers.ts';
import { EXACT_OBJECTS } from './helpers/exact-json.ts';
import { statementsDuring } from './helpers/statements.ts';

/** All comparisons are of texts: a JavaScript value could not tell 1.0 from 1. */
describe('a payload', () => {
  let service: TestService;

  const post = (payload: string) =>
    service.post('/customer-events', `{"customerExternalId":"user_42","type":"exact","payload":${payload}}`);

  const newestStored = async (): Promise<string | undefined> => {
    const [row] = await service.database.query<{ text: string }>(
      'SELECT payload::text AS text FROM customer_events ORDER BY created_at DESC, id DESC LIMIT 1',
    );
    return row?.text;
  };

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it.each(EXACT_OBJECTS)('with %s is returned, stored and read as it was sent', async (_, text) => {
    const response = await post(text);
    expectSuccess(response, 201);
    expect(response.text).toContain(`"payload":${text},"occurredAt":`);
    expect(await newestStored()).toBe(text);
    const page = await service.get('/customers/user_42/events?limit=1');
    expectSuccess(page, 200);
    expect(page.text).toContain(`"payload":${text},"occurredAt":`);
  });

  // Many events at once go in by COPY, to which a backslash, a tab and a line feed mean something.
  it('is stored and read as it was sent in a batch, too', async () => {
    await post('{}').expect(201);
    const special = [
      '\\\\N',
      '\\\\.',
      '\\\\t\\t',
      '\\n\\\\n',
      '\\u0000',
      '\\\\',
      '\\\\\\\\',
      '\\r\\n',
      'x\u2028y',
      '\\ud800',
    ].map((text) => `{"${text}":"${text}"}`);
    const texts = [...EXACT_OBJECTS.map(([, text]) => text), ...special];
    expect(texts.length).toBeGreaterThan(16);
    const events = texts.map(
      (text, n) =>
        `{"customerExternalId":"user_42","type":"copied","occurredAt":"2030-01-01T00:00:00.${String(n).padStart(6, '0')}Z","payload":${text}}`,
    );
    const statements = await statementsDuring(async () => {
      expectSuccess(await service.post('/customer-events/batch', `{"events":[${events.join(',')}]}`), 201);
    });
    // A shard gets a COPY for many more events than these.
    expect(statements).toEqual([expect.stringMatching(citusVersion() === '' ? /^COPY / : /^INSERT /)]);
    const stored = await service.database.query<{ text: string }>(
      `SELECT payload::text AS text FROM customer_events WHERE type = 'copied' ORDER BY occurred_at`,
    );
    expect(stored.map(({ text }) => text)).toEqual(texts);
    const exported = await service.get('/customers/user_42/events/export?type=copied');
    for (const text of texts) expect(exported.text).toContain(`"payload":${oneLine(text)},"occurredAt":`);
  });

  it.each([
    ['spaces, tabs and line ends', '{ "a" :\t[ 1 ,\r\n 2 ] , "s" : " x  y " }', '{"a":[1,2],"s":" x  y "}'],
    ['spaces in an empty object', '{ \n }', '{}'],
  ])('loses only the white space between its parts: %s', async (_, sent, kept) => {
    const response = await post(sent);
    expect(response.text).toContain(`"payload":${kept},"occurredAt":`);
    expect(await newestStored()).toBe(kept);
  });

  it('may stand anywhere in the body, and the body be spaced at will', async () => {
    const response = await service.post(
      '/customer-events',
      '\r\n{ "payload" : { "n" : 1.0 } ,\n"type":"exact" , "customerExternalId" : "user_42" }\t\n',
    );
    expectSuccess(response, 201);
    expect(response.text).toContain('"payload":{"n":1.0},');
  });

  it('is found under an escaped name of its field', async () => {
    const response = await service.post(
      '/customer-events',
      '{"customerExternalId":"user_42","type":"exact","\\u0070ayload":{"n":1.0}}',
    );
    expectSuccess(response, 201);
    expect(response.text).toContain('"payload":{"n":1.0},');
  });

  it('does not change what other requests see of objects', async () => {
    await post('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}').expect(201);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is replayed as it was sent first', async () => {
    const body = (payload: string) =>
      `{"customerExternalId":"user_42","type":"exact","eventId":"exact","payload":${payload}}`;
    await service.post('/customer-events', body('{"b":1.50,"a":"\\u0041"}')).expect(201);
    const replay = await service.post('/customer-events', body('{ "a":"A", "b":1.50 }')).expect(200);
    expect(replay.text).toContain('"payload":{"b":1.50,"a":"\\u0041"},');
  });
});

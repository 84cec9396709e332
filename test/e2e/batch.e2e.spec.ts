import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { citusVersion } from '../support/test-database.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { asTheyAre, expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';
import { EXACT_OBJECTS } from './helpers/exact-json.ts';
import { statementsDuring } from './helpers/statements.ts';

const MIB_8 = 8_388_608;
const GZIP = { 'Content-Encoding': 'gzip' };

interface Result {
  readonly index: number;
  readonly status: 'created' | 'replayed' | 'rejected';
  readonly event?: Readonly<Record<string, unknown>>;
  readonly code?: string;
  readonly message?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

describe('POST /customer-events/batch', () => {
  let service: TestService;
  let run = 0;

  /** Events of this test only have this type. */
  const type = () => `batch.${run}`;
  const event = (fields: object = {}) => ({ customerExternalId: 'user_42', type: type(), ...fields });
  const events = (count: number, fields: (index: number) => object = () => ({})) =>
    Array.from({ length: count }, (_, index) => event(fields(index)));
  const send = (items: unknown[], headers = {}) => service.post('/customer-events/batch', { events: items }, headers);
  const resultsOf = (response: { body: { data: { results: Result[] } } }): Result[] => response.body.data.results;
  const statusesOf = (response: { body: { data: { results: Result[] } } }): string[] =>
    resultsOf(response).map(({ status }) => status);
  const rows = () =>
    service.database.query<{ id: string; payload: string; event_id: string | null }>(
      'SELECT id, payload::text AS payload, event_id FROM customer_events WHERE type = $1 ORDER BY id',
      [type()],
    );
  const rowCount = async (): Promise<number> => {
    const [row] = await service.database.query<{ count: string }>('SELECT count(*) FROM customer_events');
    return Number(row?.count);
  };

  beforeAll(async () => {
    service = await startTestService();
    await service.patch('/customers/second', { email: 'second@example.com', name: 'Second' }).expect(201);
  });
  afterAll(() => service.close());
  afterEach(async () => {
    run++;
    await service.get('/auth/whoami').expect(200);
  });

  it.each([1, 2, 500])(
    'records %i events, and answers with each of them in the order of the request',
    async (count) => {
      const items = events(count, (n) => ({
        payload: { n },
        occurredAt: `2026-04-18T10:00:00.${String((n * 7) % 500).padStart(6, '0')}Z`,
      }));
      const response = await send(items);
      expectSuccess(response, 201);
      expect(response.body.data).toMatchObject({ created: count, replayed: 0, rejected: 0 });
      expect(resultsOf(response)).toEqual(
        items.map((_, index) => ({
          index,
          status: 'created',
          event: {
            id: expect.stringMatching(/^c[a-z0-9]{24}$/),
            customerId: expect.stringMatching(/^c[a-z0-9]{24}$/),
            type: type(),
            payload: { n: index },
            occurredAt: expect.stringMatching(/^2026-04-18T10:00:00(\.\d+)?Z$/),
            createdAt: expect.stringMatching(/Z$/),
          },
        })),
      );
      const stored = await rows();
      expect(stored.map(({ id }) => id)).toEqual(
        resultsOf(response)
          .map(({ event: { id } = {} }) => id)
          .sort(),
      );
      for (const { index, event: { id } = {} } of resultsOf(response)) {
        expect(stored.find((row) => row.id === id)?.payload).toBe(`{"n":${index}}`);
      }
    },
  );

  it('fills in what is absent or null, as for a single event', async () => {
    const response = await send([event({ payload: null, occurredAt: null, eventId: null }), event()]);
    expectSuccess(response, 201);
    for (const { event: recorded } of resultsOf(response)) {
      expect(recorded).toMatchObject({ payload: {}, occurredAt: recorded?.createdAt });
      expect(recorded).not.toHaveProperty('eventId');
    }
  });

  it('shows its events on the timeline at once', async () => {
    const items = events(3, (n) => ({ eventId: `timeline-${run}-${n}`, occurredAt: `2031-01-0${n + 1}` }));
    expectSuccess(await send(items), 201);
    const page = await service.get('/customers/user_42/events?limit=3').expect(200);
    expect(page.body.data.events.map(({ eventId }: { eventId: string }) => eventId)).toEqual(
      [2, 1, 0].map((n) => `timeline-${run}-${n}`),
    );
  });

  it('keeps every payload value for value, in the response and in the row', async () => {
    const items = EXACT_OBJECTS.map(
      ([, text]) => `{"customerExternalId":"user_42","type":"${type()}","payload":${text}}`,
    );
    const response = await service.post('/customer-events/batch', `{"events":[${items.join(' ,\n')}]}`);
    expectSuccess(response, 201);
    let at = 0;
    for (const [index, [name, text]] of EXACT_OBJECTS.entries()) {
      const found = response.text.indexOf(`{"index":${index},"status":"created"`, at);
      expect({ name, found: found >= at }).toEqual({ name, found: true });
      const payload = response.text.indexOf('"payload":', found) + '"payload":'.length;
      expect(response.text.slice(payload, payload + text.length + 1)).toBe(`${text},`);
      at = payload + text.length;
    }
    expect((await rows()).map(({ payload }) => payload)).toEqual(EXACT_OBJECTS.map(([, text]) => text));
  });

  describe('with an eventId', () => {
    it('repeated in a later batch gets 201 with the first data, and stores nothing', async () => {
      const items = events(20, (n) => ({ eventId: `again-${run}-${n}`, payload: { n } }));
      const first = await send(items);
      const again = await send([...items].reverse());
      expectSuccess(again, 201);
      expect(again.body.data).toMatchObject({ created: 0, replayed: 20, rejected: 0 });
      expect(resultsOf(again).map((result) => result.event)).toEqual(
        resultsOf(first)
          .map((result) => result.event)
          .reverse(),
      );
      expect(await rows()).toHaveLength(20);
    });

    it('known from a single event is replayed, and the other way round', async () => {
      const one = event({ eventId: 'single-first' });
      const single = await service.post('/customer-events', one).expect(201);
      const batch = await send([one, event({ eventId: 'batch-first' })]);
      expect(statusesOf(batch)).toEqual(['replayed', 'created']);
      expect(resultsOf(batch)[0]?.event).toEqual(single.body.data);
      const again = await service.post('/customer-events', event({ eventId: 'batch-first' })).expect(200);
      expect(again.body.data).toEqual(resultsOf(batch)[1]?.event);
    });

    it('repeated in the same batch is replayed', async () => {
      const response = await send([
        event({ eventId: `twin-${run}` }),
        event(),
        event({ eventId: `twin-${run}` }),
        event({ eventId: `twin-${run}` }),
      ]);
      expectSuccess(response, 201);
      expect(response.body.data).toMatchObject({ created: 2, replayed: 2, rejected: 0 });
      expect(statusesOf(response)).toEqual(['created', 'created', 'replayed', 'replayed']);
      const [first, , second, third] = resultsOf(response);
      expect([second?.event, third?.event]).toEqual([first?.event, first?.event]);
      expect(await rows()).toHaveLength(2);
    });

    it('repeated in the same batch with other content is a conflict; the first is stored', async () => {
      const response = await send([
        event({ eventId: `twin-${run}`, payload: { n: 1 } }),
        event({ eventId: `twin-${run}`, payload: { n: 2 } }),
        event({ eventId: `twin-${run}`, payload: { n: 1 } }),
      ]);
      expectSuccess(response, 207);
      expect(statusesOf(response)).toEqual(['created', 'rejected', 'replayed']);
      expect(resultsOf(response)[1]).toMatchObject({
        index: 1,
        code: 'EVENT_ID_CONFLICT',
        details: { payload: [expect.any(String)] },
      });
      expect((await rows()).map(({ payload }) => payload)).toEqual(['{"n":1}']);
    });

    it('is not taken by an invalid event before it in the same batch', async () => {
      const response = await send([
        event({ eventId: 'later', type: 'NO' }),
        event({ eventId: 'later', customerExternalId: 'nobody' }),
        event({ eventId: 'later' }),
      ]);
      expect(statusesOf(response)).toEqual(['rejected', 'rejected', 'created']);
    });

    it('may be the same for two customers', async () => {
      const response = await send([
        event({ eventId: 'shared' }),
        event({ eventId: 'shared', customerExternalId: 'second' }),
      ]);
      expectSuccess(response, 201);
      expect(statusesOf(response)).toEqual(['created', 'created']);
    });

    it('sent by many batches in any order, over two instances at once, makes one row each', async () => {
      const other = await startServiceOn(service.database);
      try {
        const instances = [service, withKey(other, service.key)];
        const items = events(50, (n) => ({ eventId: `race-${run}-${n}`, payload: { n }, occurredAt: '2026-04-18' }));
        const answers = await Promise.all(
          Array.from({ length: 12 }, (_, n) => {
            const turned = [...items.slice(4 * n), ...items.slice(0, 4 * n)];
            return (instances[n % 2] ?? service).post('/customer-events/batch', {
              events: n % 3 === 0 ? turned.reverse() : turned,
            });
          }),
        );
        for (const response of answers) expectSuccess(response, 201);
        const created = answers.reduce((count, { body }) => count + Number(body.data.created), 0);
        const replayed = answers.reduce((count, { body }) => count + Number(body.data.replayed), 0);
        expect({ created, replayed }).toEqual({ created: 50, replayed: 550 });
        expect(await rows()).toHaveLength(50);
      } finally {
        await other.close();
      }
    });
  });

  describe('with one bad event among 499 good ones', () => {
    const deep = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    const json = (fields: string) => `{"customerExternalId":"user_42","type":"${type()}"${fields}}`;

    const kinds: readonly (readonly [string, () => string, string, string[]])[] = [
      ['a wrong type', () => JSON.stringify(event({ type: 'Order Placed' })), 'VALIDATION_ERROR', ['type']],
      ['a type that is a number', () => JSON.stringify(event({ type: 1 })), 'VALIDATION_ERROR', ['type']],
      ['no type', () => '{"customerExternalId":"user_42"}', 'VALIDATION_ERROR', ['type']],
      ['nothing in it', () => '{}', 'VALIDATION_ERROR', ['customerExternalId', 'type']],
      ['an unknown customer', () => JSON.stringify(event({ customerExternalId: 'nobody' })), 'CUSTOMER_NOT_FOUND', []],
      [
        'an external id with a control character',
        () => JSON.stringify(event({ customerExternalId: 'a\u0000' })),
        'VALIDATION_ERROR',
        ['customerExternalId'],
      ],
      ['a payload of 101 levels', () => json(`,"payload":${deep(101)}`), 'VALIDATION_ERROR', ['payload']],
      ['a payload of 40,000 levels', () => json(`,"payload":${deep(40_000)}`), 'VALIDATION_ERROR', ['payload']],
      ['a payload that is an array', () => json(',"payload":[]'), 'VALIDATION_ERROR', ['payload']],
      [
        'a payload that is too large',
        () => JSON.stringify(event({ payload: { s: 'x'.repeat(65_536) } })),
        'PAYLOAD_TOO_LARGE',
        ['field', 'limit'],
      ],
      ['an unknown field', () => JSON.stringify(event({ occuredAt: '2026-04-18' })), 'VALIDATION_ERROR', ['occuredAt']],
      ['a field given twice', () => json(`,"eventId":"a","eventId":"b"`), 'VALIDATION_ERROR', ['eventId']],
      ['__proto__ as a field', () => json(',"__proto__":{"type":"a"}'), 'VALIDATION_ERROR', ['__proto__']],
      [
        'an impossible date',
        () => JSON.stringify(event({ occurredAt: '2026-02-30' })),
        'VALIDATION_ERROR',
        ['occurredAt'],
      ],
      ['an eventId with a space', () => JSON.stringify(event({ eventId: 'a b' })), 'VALIDATION_ERROR', ['eventId']],
      ['null', () => 'null', 'VALIDATION_ERROR', ['event']],
      ['a number', () => '17', 'VALIDATION_ERROR', ['event']],
      ['a text', () => '"event"', 'VALIDATION_ERROR', ['event']],
      ['an array', () => '[]', 'VALIDATION_ERROR', ['event']],
      ['40,000 arrays', () => `${'['.repeat(40_000)}${']'.repeat(40_000)}`, 'VALIDATION_ERROR', ['event']],
    ];

    it.each(kinds)('%s: 499 rows, and the index is named', async (_, bad, code, details) => {
      const index = (run * 97) % 500;
      const items = events(499, (n) => ({ eventId: `good-${run}-${n}` })).map((item) => JSON.stringify(item));
      items.splice(index, 0, bad());
      const response = await service.post('/customer-events/batch', `{"events":[${items.join(',')}]}`);
      expectSuccess(response, 207);
      expect(response.body.data).toMatchObject({ created: 499, replayed: 0, rejected: 1 });
      expect(resultsOf(response).map((result) => result.index)).toEqual(Array.from({ length: 500 }, (__, n) => n));
      expect(resultsOf(response).filter(({ status }) => status !== 'created')).toEqual([
        {
          index,
          status: 'rejected',
          code,
          message: expect.stringMatching(/\S/),
          ...(details.length > 0 ? { details: expect.anything() } : {}),
        },
      ]);
      expect(Object.keys(resultsOf(response)[index]?.details ?? {}).sort()).toEqual(details);
      expect(await rows()).toHaveLength(499);
    });

    it('a conflict: 499 rows, and the index is named', async () => {
      const stored = await service
        .post('/customer-events', event({ type: 'before', eventId: 'taken', payload: { secret: 'value' } }))
        .expect(201);
      const items: object[] = events(499);
      items.splice(250, 0, event({ eventId: 'taken' }));
      const response = await send(items);
      expectSuccess(response, 207);
      expect(response.body.data).toMatchObject({ created: 499, replayed: 0, rejected: 1 });
      expect(resultsOf(response)[250]).toMatchObject({ index: 250, status: 'rejected', code: 'EVENT_ID_CONFLICT' });
      expect(Object.keys(resultsOf(response)[250]?.details ?? {}).sort()).toEqual(['payload', 'type']);
      expect(response.text).not.toContain('secret');
      expect(response.text).not.toContain(stored.body.data.id);
      expect(await rows()).toHaveLength(499);
    });

    it('one that PostgreSQL refuses: 499 rows, and the index is named', async () => {
      await service.database.query(
        "ALTER TABLE customer_events ADD CONSTRAINT refusing CHECK (event_id IS DISTINCT FROM 'refused')",
      );
      try {
        const items: object[] = events(499, (n) => ({ eventId: `kept-${run}-${n}` }));
        items.splice(333, 0, event({ eventId: 'refused' }));
        const response = await send(items);
        expectSuccess(response, 207);
        expect(response.body.data).toMatchObject({ created: 499, replayed: 0, rejected: 1 });
        expect(resultsOf(response)[333]).toMatchObject({ index: 333, status: 'rejected', code: 'VALIDATION_ERROR' });
        expect(response.text).not.toContain('refusing');
        expect(await rows()).toHaveLength(499);
        expectInvalid(await service.post('/customer-events', event({ eventId: 'refused' })), 'event');
      } finally {
        await service.database.query('ALTER TABLE customer_events DROP CONSTRAINT refusing');
      }
    });

    it('and another: all that is wrong is named, each by its index', async () => {
      const response = await send([
        event({ type: '' }),
        event(),
        1,
        event({ customerExternalId: 'nobody' }),
        event({ x: 1, y: 2 }),
      ]);
      expectSuccess(response, 207);
      expect(response.body.data).toMatchObject({ created: 1, replayed: 0, rejected: 4 });
      expect(statusesOf(response)).toEqual(['rejected', 'created', 'rejected', 'rejected', 'rejected']);
      expect(Object.keys(resultsOf(response)[4]?.details ?? {})).toEqual(['x', 'y']);
    });

    it('only bad ones: 207, and no statement is sent for them', async () => {
      let response;
      const statements = await statementsDuring(async () => (response = await send([1, {}, event({ type: 'NO' })])));
      expectSuccess(response as never, 207);
      expect(statements).toEqual([]);
    });
  });

  it("does not know another app's customers", async () => {
    const response = await send([event(), event({ customerExternalId: 'second' })], { 'X-API-Key': service.otherKey });
    expectSuccess(response, 207);
    expect(resultsOf(response).map(({ code }) => code)).toEqual(['CUSTOMER_NOT_FOUND', 'CUSTOMER_NOT_FOUND']);
    expect(await rows()).toEqual([]);
  });

  describe('an envelope that is none', () => {
    const envelopes: readonly (readonly [string, string, string])[] = [
      ['{}', '{}', 'events'],
      ['[]', '[]', 'body'],
      ['an array of events', '[{"customerExternalId":"user_42","type":"a"}]', 'body'],
      ['0', '0', 'body'],
      ['"x"', '"x"', 'body'],
      ['null', 'null', 'body'],
      ['true', 'true', 'body'],
      ['nothing', '', 'body'],
      ['broken JSON', '{"events":[{"customerExternalId":"user_42","type":"a"}', 'body'],
      ['events of null', '{"events":null}', 'events'],
      ['events of 0', '{"events":0}', 'events'],
      ['events of an object', '{"events":{"0":{"customerExternalId":"user_42","type":"a"},"length":1}}', 'events'],
      ['events of a text', '{"events":"[]"}', 'events'],
      ['no events', '{"events":[]}', 'events'],
      [
        'events twice',
        '{"events":[{"customerExternalId":"user_42","type":"a"}],"events":[{"customerExternalId":"user_42","type":"a"}]}',
        'events',
      ],
      [
        'events twice, once escaped',
        '{"\\u0065vents":[{"customerExternalId":"user_42","type":"a"}],"events":[]}',
        'events',
      ],
      ['another field', '{"events":[{"customerExternalId":"user_42","type":"a"}],"atomic":true}', 'atomic'],
      ['another field before it', '{"event":[],"events":[{"customerExternalId":"user_42","type":"a"}]}', 'event'],
      ['Events', '{"Events":[{"customerExternalId":"user_42","type":"a"}]}', 'Events'],
      ['__proto__', '{"__proto__":{"events":[{"customerExternalId":"user_42","type":"a"}]}}', '__proto__'],
      ['a single event', '{"customerExternalId":"user_42","type":"a"}', 'customerExternalId'],
      ['nested batches', '{"events":{"events":[]}}', 'events'],
      ['40,000 levels of it', `${'{"events":'.repeat(40_000)}1${'}'.repeat(40_000)}`, 'events'],
    ];

    it.each(envelopes)('%s is a 400, and touches nothing', async (_, body, field) => {
      const before = await rowCount();
      const statements = await statementsDuring(async () => {
        expectInvalid(await service.post('/customer-events/batch', body), field);
      });
      expect(statements).toEqual([]);
      expect(await rowCount()).toBe(before);
    });

    it('says how many events there are, and how many there may be', async () => {
      const body = expectInvalid(await send(events(501)), 'events');
      expect(body.details?.events).toEqual([expect.stringMatching(/1 to 500.*501/)]);
      expect(await rows()).toEqual([]);
    });

    it('with an Idempotency-Key is a 400, as one key cannot make many events safe', async () => {
      for (const key of ['a', '"a"', '']) {
        expectInvalid(await send(events(2), { 'Idempotency-Key': key }), 'Idempotency-Key');
      }
      expect(await rows()).toEqual([]);
    });

    it('in another media type is a 415', async () => {
      const lines = events(2)
        .map((item) => JSON.stringify(item))
        .join('\n');
      for (const contentType of ['application/x-ndjson', 'text/plain', 'application/x-www-form-urlencoded']) {
        expectFailure(
          await service.post('/customer-events/batch', lines, { 'Content-Type': contentType }),
          415,
          'UNSUPPORTED_MEDIA_TYPE',
        );
      }
    });

    it('without a valid key is a 401 or 403 before its body is looked at', async () => {
      const { secret: publicKey } = await service.createKey({ type: 'public' });
      for (const body of ['{', JSON.stringify({ events: events(1) }), ' '.repeat(2_000_000)]) {
        expectFailure(
          await service.post('/customer-events/batch', body, { 'X-API-Key': '' }),
          401,
          'AUTH_API_KEY_MISSING',
        );
        expectFailure(
          await service.post('/customer-events/batch', body, { 'X-API-Key': publicKey }),
          403,
          'AUTH_API_KEY_FORBIDDEN',
        );
      }
      expect(await rows()).toEqual([]);
    });
  });

  describe('the size of a body', () => {
    const ofBytes = (bytes: number): string => {
      const body = JSON.stringify({ events: events(100, (n) => ({ payload: { n, s: 'x'.repeat(60_000) } })) });
      return body + ' '.repeat(bytes - body.length);
    };

    it('may be 8 MiB', async () => {
      expectSuccess(await service.post('/customer-events/batch', ofBytes(MIB_8)), 201);
      expect(await rows()).toHaveLength(100);
    });

    it('may be 8 MiB after decompression', async () => {
      const response = await service
        .post('/customer-events/batch', gzipSync(ofBytes(MIB_8)), GZIP)
        .serialize(asTheyAre);
      expectSuccess(response, 201);
      expect(await rows()).toHaveLength(100);
    });

    it.each<[string, () => Buffer, Record<string, string>]>([
      ['of a byte more', () => Buffer.from(ofBytes(MIB_8 + 1)), {}],
      ['of a byte more after decompression', () => gzipSync(ofBytes(MIB_8 + 1)), GZIP],
      ['of 20 MB', () => Buffer.alloc(20_000_000, ' '), {}],
      ['of a bomb of 100 MB', () => gzipSync(Buffer.alloc(100_000_000, ' ')), GZIP],
      ['of a bomb that begins like a batch', () => gzipSync(`{"events":[${'{},'.repeat(10_000_000)}{}]}`), GZIP],
    ])('%s is a 413 that tells the limit', async (_, body, headers) => {
      const response = await service.post('/customer-events/batch', body(), headers).serialize(asTheyAre);
      expect(expectFailure(response, 413, 'PAYLOAD_TOO_LARGE').details).toEqual({ field: 'body', limit: MIB_8 });
      expect(await rows()).toEqual([]);
    });
  });

  describe(`sends at most three statements for 500 events, for each shard where it is distributed`, () => {
    const shards = citusVersion() === '' ? 1 : 32;
    const isOfEvents = (statement: string): boolean => statement.includes('INSERT');
    it.each<[string, () => object[]]>([
      ['new ones', () => events(500, (n) => ({ eventId: `few-${run}-${n}`, payload: { n } }))],
      ['new ones without an eventId', () => events(500)],
      [
        'new, repeated, unknown and conflicting ones',
        () => [
          ...events(200, (n) => ({ eventId: `few-${run}-${n}`, type: type() })),
          ...events(200, (n) => ({ eventId: `few-${run}-${n}`, payload: { n: -1 } })),
          ...events(99, (n) => ({ customerExternalId: `nobody-${n}` })),
          event({ customerExternalId: 'second' }),
        ],
      ],
    ])('%s', async (_, items) => {
      let response;
      const first = await statementsDuring(async () => (response = await send(items())));
      expect((response as never as { status: number }).status).toBeLessThan(300);
      expect(first.length).toBeLessThanOrEqual(3 * shards);
      // Of the two customers that exist.
      expect(first.filter(isOfEvents).length).toBeLessThanOrEqual(Math.min(2, shards));
      expect(first.filter(isOfEvents).length).toBeGreaterThanOrEqual(1);
      const again = await statementsDuring(() =>
        send(items()).expect(({ status }) => expect(status).toBeLessThan(300)),
      );
      expect(again.length).toBeLessThanOrEqual(3 * shards);
    });

    it('also where the service has just been started', async () => {
      const other = await startServiceOn(service.database);
      try {
        const fresh = { ...withKey(other, service.key), otherKey: service.otherKey };
        const items = events(500, (n) => ({ eventId: `fresh-${run}-${n}` }));
        await send(items).expect(201);
        const statements = await statementsDuring(() =>
          fresh.post('/customer-events/batch', { events: items }).expect(201),
        );
        expect(statements.length).toBeLessThanOrEqual(3 * shards);
      } finally {
        await other.close();
      }
    });
  });

  it('when the database fails in the middle is a 503, stores nothing, and may be sent again blindly', async () => {
    await send(events(1)).expect(201);
    const items = events(500, (n) => ({ payload: { n } }));
    const lock = await service.database.session();
    try {
      await lock.query('BEGIN');
      await lock.query('LOCK TABLE customer_events IN ACCESS EXCLUSIVE MODE');
      const failing = send(items).then((response) => response);
      await service.database.untilWaiting(1);
      await service.database.endWaiting();
      const response = await failing;
      expectFailure(response, 503, 'SERVICE_UNAVAILABLE');
      // Whoever sees only that the session has ended cannot know.
      expect(response.body.details).toEqual({ outcome: 'unknown' });
      expect(response.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    } finally {
      await lock.query('ROLLBACK');
      await lock.end();
    }
    expect(await rows()).toHaveLength(1);
    expectSuccess(await send(items), 201);
    expect(await rows()).toHaveLength(501);
  });
});

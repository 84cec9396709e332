import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  eventsIn,
  failure,
  type ReceivedRequest,
  type ScriptedServer,
  sendCreated,
  sendJson,
  startScriptedServer,
  stored,
} from '../../test/support/client/scripted-server.ts';
import { until } from '../../test/support/until.ts';
import { encodeEvent } from './encode-event.ts';
import {
  ClosedError,
  CustomerEvents,
  type CustomerEventsOptions,
  type OnUndelivered,
  QueueFullError,
  rawJson,
  RecordError,
  RequestError,
  type SentEvent,
  UndeliveredError,
} from './index.ts';

const KEY = 'sk_live_agent_secret';
const event = (n: number, customer = 'user_42') => ({
  customerExternalId: customer,
  type: 'order.placed',
  payload: { n },
});
const numbersIn = (request: Pick<ReceivedRequest, 'body'>): number[] =>
  eventsIn(request).map(({ payload }) => payload.n as number);

type Respond = (request: ReceivedRequest, response: ServerResponse, index: number) => unknown;

describe('the client', () => {
  const opened: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
  });

  /** A server that responds so, and a client of it. */
  async function connect<Callback extends OnUndelivered | undefined>(
    respond: Respond,
    options: Partial<CustomerEventsOptions> & { onUndelivered?: Callback } = {},
  ): Promise<{ server: ScriptedServer; client: CustomerEvents<Callback> }> {
    let index = 0;
    const server = await startScriptedServer((request, response) => respond(request, response, index++));
    const client = new CustomerEvents<Callback>({ url: server.url, key: KEY, ...options });
    opened.push(server, { close: () => client.close({ timeoutMs: 0 }) });
    return { server, client };
  }

  const silence: Respond = () => {};
  const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('sends what is recorded in the same turn in one request, at once, with the key in a header', async () => {
    const { server, client } = await connect(sendCreated);
    const recorded = await Promise.all([1, 2, 3].map((n) => client.record(event(n))));
    expect(server.requests.map(numbersIn)).toEqual([[1, 2, 3]]);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/customer-events/batch',
      headers: { 'x-api-key': KEY },
    });
    expect(recorded[0]).toEqual({
      status: 'created',
      id: expect.stringMatching(/^id of /),
      customerId: 'id of user_42',
      type: 'order.placed',
      occurredAt: expect.any(String),
      createdAt: '2026-04-18T10:00:00Z',
      eventId: expect.any(String),
    });
  });

  it('gathers events while a request is in flight, and makes no batch larger than it may be', async () => {
    const held: (() => void)[] = [];
    const respond: Respond = (request, response) => held.push(() => sendCreated(request, response));
    const { server, client } = await connect(respond, { batch: { events: 3 } });
    const all = [client.record(event(0))];
    await until(() => held.length === 1);
    all.push(...[1, 2, 3, 4].map((n) => client.record(event(n))));
    for (const count of [1, 2, 3]) {
      await until(() => held.length === count);
      held.at(-1)?.();
    }
    await Promise.all(all);
    expect(server.requests.map(numbersIn)).toEqual([[0], [1, 2, 3], [4]]);
  });

  it('makes no batch with more bytes than it may have', async () => {
    const { server, client } = await connect(sendCreated, { batch: { bytes: 1_024 } });
    await Promise.all([1, 2, 3, 4].map((n) => client.record({ ...event(n), payload: { n, text: 'x'.repeat(300) } })));
    expect(server.requests.map(({ body }) => Buffer.byteLength(body) <= 1_024)).toEqual([true, true]);
    expect(server.requests.map(numbersIn)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('sends an event again as it was: the same eventId and occurredAt, after 408, 429, 500, 503 and a reset', async () => {
    const { server, client } = await connect((request, response, index) => {
      if (index < 4) sendJson(response, [408, 429, 500, 503][index] as number, failure('LATER'));
      else if (index === 4) response.socket?.resetAndDestroy();
      else sendCreated(request, response);
    });
    const { eventId } = await client.record(event(1));
    expect(server.requests).toHaveLength(6);
    expect(new Set(server.requests.map(({ body }) => body)).size).toBe(1);
    expect(eventsIn(server.requests[0] as ReceivedRequest)[0]?.eventId).toBe(eventId);
  });

  it('sends no request sooner than Retry-After, what is recorded meanwhile included', async () => {
    let refusedAt = 0;
    const { server, client } = await connect((request, response, index) => {
      if (index > 0) return sendCreated(request, response);
      refusedAt = performance.now();
      return sendJson(response, 429, failure('TOO_MANY_REQUESTS'), { 'Retry-After': '1' });
    });
    const first = client.record(event(1));
    await until(() => refusedAt > 0);
    await Promise.all([first, client.record(event(2))]);
    expect(server.requests.map(numbersIn)).toEqual([[1], [1, 2]]);
    expect((server.requests[1] as ReceivedRequest).at - refusedAt).toBeGreaterThanOrEqual(1_000);
  });

  it.each<[string, (request: ReceivedRequest, response: ServerResponse) => unknown]>([
    ['no JSON', (_, response) => response.end('<html>')],
    ['JSON of something else', (_, response) => sendJson(response, 200, { success: true, data: null })],
    ['null for each result', (_, response) => sendJson(response, 200, { data: { results: [null, null] } })],
    [
      'results of other events',
      (request, response) => {
        const others = eventsIn(request).map((one, index) => ({
          index,
          status: 'created',
          event: stored({ ...one, eventId: 'other' }),
        }));
        sendJson(response, 201, { data: { results: others } });
      },
    ],
    [
      'half of what it said',
      (_, response) =>
        response.writeHead(201, { 'Content-Length': '500' }).write('{"success":', () => response.destroy()),
    ],
  ])('sends events again where a success has %s', async (_what, respond) => {
    const { server, client } = await connect((request, response, index) =>
      index === 0 ? respond(request, response) : sendCreated(request, response),
    );
    const recorded = await Promise.all([client.record(event(1)), client.record(event(2))]);
    expect(recorded.map(({ status }) => status)).toEqual(['created', 'created']);
    expect(server.requests.map(numbersIn)).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('sends only those events again for which a response has no result', async () => {
    const { server, client } = await connect((request, response, index) => {
      if (index > 0) return sendCreated(request, response);
      const [, second] = eventsIn(request);
      return sendJson(response, 207, { data: { results: [{ index: 1, status: 'replayed', event: stored(second!) }] } });
    });
    const recorded = await Promise.all([1, 2, 3].map((n) => client.record(event(n))));
    expect(server.requests.map(numbersIn)).toEqual([
      [1, 2, 3],
      [1, 3],
    ]);
    expect(recorded.map(({ status }) => status)).toEqual(['created', 'replayed', 'created']);
  });

  it('settles each event of a batch by its own result', async () => {
    const { client } = await connect((request, response) => {
      const results = eventsIn(request).map((one, index) =>
        index === 1
          ? { index, status: 'rejected', code: 'CUSTOMER_NOT_FOUND', message: 'There is none', details: { a: ['b'] } }
          : { index, status: 'created', event: stored(one) },
      );
      sendJson(response, 207, { data: { results } });
    });
    const [one, two, three] = await Promise.allSettled([1, 2, 3].map((n) => client.record(event(n))));
    expect([one?.status, three?.status]).toEqual(['fulfilled', 'fulfilled']);
    const { reason } = two as { reason: RecordError };
    expect(reason).toBeInstanceOf(RecordError);
    expect(reason).toMatchObject({ code: 'CUSTOMER_NOT_FOUND', message: 'There is none', details: { a: ['b'] } });
    expect(reason.event).toMatchObject(event(2));
  });

  it('halves a batch that is too large for the way to the service, and refuses an event that is so alone', async () => {
    const { server, client } = await connect((request, response) =>
      request.body.length > 700 ? response.writeHead(413).end('<html>') : sendCreated(request, response),
    );
    const large = client.record({ ...event(9), payload: { n: 9, text: 'x'.repeat(700) } });
    const small = [1, 2, 3, 4, 5, 6, 7].map((n) => client.record(event(n)));
    expect(await reasonOf(large)).toMatchObject({ name: 'RecordError', code: 'HTTP_413' });
    expect(await Promise.all(small)).toHaveLength(7);
    const passed = server.requests.filter(({ body }) => body.length <= 700).flatMap(numbersIn);
    expect(passed).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const sizes = server.requests.map((request) => [request.body.length, numbersIn(request).length] as const);
    const halves = sizes.flatMap(([bytes, count], index) => {
      const [bytesAfter, countAfter] = sizes[index + 1] ?? [0, 0];
      return bytes > 700 && count > 1 ? [countAfter === 1 || bytesAfter <= bytes / 2 + 13] : [];
    });
    expect(halves).toEqual([true, true]);
  });

  it.each([
    [400, 'VALIDATION_ERROR', failure('VALIDATION_ERROR')],
    [404, 'NOT_FOUND', failure('NOT_FOUND')],
    [301, 'HTTP_301', {}],
  ])('refuses the events of a request after %d, and does not send them again', async (status, code, body) => {
    const { server, client } = await connect((_, response) =>
      sendJson(response, status, body, { Location: '/elsewhere' }),
    );
    const reasons = await Promise.all([1, 2].map((n) => reasonOf(client.record(event(n)))));
    expect(reasons).toEqual([expect.any(RecordError), expect.any(RecordError)]);
    expect(reasons).toEqual([expect.objectContaining({ code }), expect.objectContaining({ code })]);
    expect(server.requests).toHaveLength(1);
  });

  it.each([401, 403])('rejects all that is queued after %d, pauses, and then goes on', async (status) => {
    let refusedAt = 0;
    const { server, client } = await connect(
      (request, response, index) => {
        if (index > 0) return sendCreated(request, response);
        refusedAt = performance.now();
        return sendJson(response, status, failure('AUTH_API_KEY_INVALID'));
      },
      { batch: { events: 2 } },
    );
    const reasons = await Promise.all([1, 2, 3, 4, 5].map((n) => reasonOf(client.record(event(n)))));
    expect(reasons.map((reason) => (reason as RecordError).code)).toEqual(Array(5).fill('AUTH_API_KEY_INVALID'));
    expect(server.requests.map(numbersIn)).toEqual([[1, 2]]);
    await client.record(event(6));
    expect(server.requests.map(numbersIn)).toEqual([[1, 2], [6]]);
    expect((server.requests[1] as ReceivedRequest).at - refusedAt).toBeGreaterThanOrEqual(1_000);
  });

  it('takes exactly as many events as the queue may hold, those in flight included', async () => {
    const { client } = await connect(silence, { queue: { events: 5 }, batch: { events: 2 } });
    const taken = [1, 2, 3, 4, 5].map((n) => reasonOf(client.record(event(n))));
    const refused = await reasonOf(client.record(event(6)));
    expect(refused).toBeInstanceOf(QueueFullError);
    expect(refused).toMatchObject({ code: 'QUEUE_FULL', event: event(6) });
    expect(await client.close({ timeoutMs: 0 })).toHaveLength(5);
    expect(await Promise.all(taken)).toEqual(Array(5).fill(expect.any(UndeliveredError)));
  });

  it('takes exactly as many bytes as the queue may hold, and has room again when events are delivered', async () => {
    const sized = {
      ...event(1),
      occurredAt: '2026-04-18T10:00:00Z',
      eventId: 'event-1',
      payload: { text: 'x'.repeat(400) },
    };
    const { bytes } = encodeEvent(sized, { payloadBytes: 1_000, eventBytes: 1_000 });
    const held: (() => void)[] = [];
    const respond: Respond = (request, response) => held.push(() => sendCreated(request, response));
    const { client } = await connect(respond, { queue: { bytes: 3 * bytes } });
    const numbered = (n: number) => ({ ...sized, eventId: `event-${n}` });
    const taken = [1, 2, 3].map((n) => client.record(numbered(n)));
    expect(await reasonOf(client.record(numbered(4)))).toBeInstanceOf(QueueFullError);
    await until(() => held.length === 1);
    held[0]?.();
    await Promise.all(taken);
    const more = client.record(numbered(5));
    await until(() => held.length === 2);
    held[1]?.();
    await more;
  });

  it('rejects with UndeliveredError when the time is over, while it waits or is in flight, with the last failure', async () => {
    const { client, server } = await connect(
      (_, response, index) =>
        index === 0 && sendJson(response, 503, failure('SERVICE_UNAVAILABLE'), { 'Retry-After': '60' }),
      { deliveryTimeoutMs: 300 },
    );
    const waiting = (await reasonOf(client.record(event(1)))) as UndeliveredError;
    expect(waiting).toBeInstanceOf(UndeliveredError);
    expect(waiting).toMatchObject({ code: 'UNDELIVERED', event: { ...event(1), eventId: expect.any(String) } });
    expect(waiting.cause).toMatchObject({ name: 'RequestError', code: 'SERVICE_UNAVAILABLE', status: 503 });
    expect(server.requests).toHaveLength(1);

    const silent = await connect(silence, { deliveryTimeoutMs: 300 });
    expect(await reasonOf(silent.client.record(event(2)))).toBeInstanceOf(UndeliveredError);
  });

  const transports: [string, Partial<CustomerEventsOptions>][] = [
    ['node:http', {}],
    ['a fetch of its own', { fetch: (...request) => fetch(...request) }],
  ];

  it.each(transports)(
    'breaks off a response that stops half way when the time is over, by %s',
    async (_by, options) => {
      const { client } = await connect(
        (_, response) => response.writeHead(201, { 'Content-Length': '500' }).write('{"success":'),
        { deliveryTimeoutMs: 300, ...options },
      );
      const error = (await reasonOf(client.record(event(1)))) as UndeliveredError;
      expect(error).toBeInstanceOf(UndeliveredError);
      expect(String(error.cause)).toMatch(/^Error: There was no response within \d+ ms$/);
    },
  );

  it.each(transports)('delivers what is not ASCII as it is, by %s', async (_by, options) => {
    const { client, server } = await connect(sendCreated, options);
    const one = { ...event(1), payload: { text: 'ü 😀 \u2028' } };
    await client.record(one);
    expect(eventsIn(server.requests[0] as ReceivedRequest)).toEqual([expect.objectContaining(one)]);
    expect(server.requests[0]?.headers).toMatchObject({ 'x-api-key': KEY, 'content-type': 'application/json' });
    expect(server.requests[0]?.headers['content-length']).toBe(
      String(Buffer.byteLength((server.requests[0] as ReceivedRequest).body)),
    );
  });

  it('sends by the fetch that it is given, and by the global one where there are no modules of Node', async () => {
    let calls = 0;
    const counting: typeof fetch = (...request) => (calls++, original(...request));
    const original = globalThis.fetch;
    const { getBuiltinModule } = process;
    const own = await connect(sendCreated, { fetch: counting });
    await own.client.record(event(1));
    expect(calls).toBe(1);
    try {
      Object.assign(process, { getBuiltinModule: undefined });
      const other = await connect(sendCreated);
      globalThis.fetch = counting;
      await other.client.record(event(1));
    } finally {
      globalThis.fetch = original;
      Object.assign(process, { getBuiltinModule });
    }
    expect(calls).toBe(2);
    const { client } = await connect(sendCreated);
    await client.record(event(1));
    expect(calls).toBe(2);
  });

  it('keeps the events of a customer in order, over retries, with one request in flight and with four', async () => {
    for (const inFlight of [1, 4]) {
      const arrived: number[] = [];
      const { client } = await connect(
        (request, response, index) => {
          if (index % 3 === 1) return response.socket?.resetAndDestroy();
          arrived.push(...numbersIn(request));
          return sendCreated(request, response);
        },
        { inFlight, batch: { events: 7, lingerMs: 1 } },
      );
      const customers = 10;
      await Promise.all(Array.from({ length: 200 }, (_, n) => client.record(event(n, `user_${n % customers}`))));
      for (let customer = 0; customer < customers; customer++) {
        const own = arrived.filter((n) => n % customers === customer);
        expect(own).toEqual(Array.from({ length: 20 }, (_, index) => index * customers + customer));
      }
    }
  });

  it('has as many requests in flight as it may, for different customers', async () => {
    const held: (() => void)[] = [];
    const respond: Respond = (request, response) => held.push(() => sendCreated(request, response));
    const { client } = await connect(respond, { inFlight: 3, batch: { lingerMs: 1 } });
    const all = Array.from({ length: 60 }, (_, n) => client.record(event(n, `user_${n}`)));
    await until(() => held.length === 3);
    held.forEach((release) => release());
    await Promise.all(all);
    expect(held).toHaveLength(3);
  });

  it('flush waits for what is queued and in flight, whatever becomes of it, and not for what comes later', async () => {
    const held: (() => void)[] = [];
    const respond: Respond = (request, response, index) =>
      held.push(() =>
        index === 1 ? sendJson(response, 400, failure('VALIDATION_ERROR')) : sendCreated(request, response),
      );
    const { client } = await connect(respond);
    const settled: number[] = [];
    const record = (n: number): void =>
      void client
        .record(event(n))
        .finally(() => settled.push(n))
        .catch(() => {});
    record(1);
    await until(() => held.length === 1);
    record(2);
    let flushed = false;
    const flush = client.flush().then(() => (flushed = true));
    record(3);
    held[0]?.();
    await until(() => held.length === 2);
    expect(flushed).toBe(false);
    held[1]?.();
    await flush;
    expect(settled).toEqual([1, 2, 3]);
    await client.flush();
  });

  it('enqueue tells onUndelivered what was refused or not delivered, and throws what record rejects with', async () => {
    const told: [SentEvent, Error][] = [];
    const { client } = await connect(
      (request, response, index) => {
        if (index === 0) return sendCreated(request, response);
        return index === 1 ? sendJson(response, 400, failure('VALIDATION_ERROR')) : undefined;
      },
      { onUndelivered: (undelivered, error) => told.push([undelivered, error]), queue: { events: 1 } },
    );
    client.enqueue(event(1));
    expect(() => client.enqueue(event(2))).toThrow(QueueFullError);
    expect(() => client.enqueue({ ...event(2), type: 'No' })).toThrow(RecordError);
    await client.flush();
    expect(told).toEqual([]);
    client.enqueue(event(3));
    await client.flush();
    client.enqueue(event(4));
    const rest = await client.close({ timeoutMs: 0 });
    expect(told.map(([sent, error]) => [(sent.payload as { n: number }).n, error.constructor])).toEqual([
      [3, RecordError],
      [4, UndeliveredError],
    ]);
    expect(rest).toEqual([told[1]?.[0]]);
    expect(() => client.enqueue(event(5))).toThrow(ClosedError);
  });

  it('enqueue is there only with onUndelivered, for the types and for those who have none', async () => {
    const { client } = await connect(sendCreated);
    // @ts-expect-error nobody would be told
    expect(() => client.enqueue(event(1))).toThrow(/onUndelivered/);
    const any: CustomerEvents = client;
    // @ts-expect-error it may have none
    expect(() => any.enqueue(event(1))).toThrow(TypeError);
  });

  it('an error of onUndelivered is an uncaught exception, and keeps nothing else from being told', async () => {
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const uncaught: unknown[] = [];
    process.on('uncaughtException', (error) => uncaught.push(error));
    try {
      let calls = 0;
      const onUndelivered = (): void => {
        throw new Error(`call ${++calls}`);
      };
      const { client } = await connect((_, response) => sendJson(response, 400, failure('VALIDATION_ERROR')), {
        onUndelivered,
      });
      client.enqueue(event(1));
      client.enqueue(event(2));
      await client.flush();
      await until(() => uncaught.length === 2);
      expect(uncaught).toEqual([new Error('call 1'), new Error('call 2')]);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
  });

  it('close delivers what is queued, refuses what comes then, and gives the same when it is called again', async () => {
    const { client } = await connect(sendCreated);
    const all = [1, 2].map((n) => client.record(event(n)));
    const closing = client.close();
    expect(await reasonOf(client.record(event(3)))).toBeInstanceOf(ClosedError);
    expect(await closing).toEqual([]);
    expect(await Promise.all(all)).toHaveLength(2);
    expect(await client.close({ timeoutMs: 0 })).toEqual([]);
  });

  it('close returns what was not delivered, in its order, whatever the reason', async () => {
    const { client } = await connect(
      (request, response, index) => {
        if (index === 0) return sendCreated(request, response);
        return index === 1 ? sendJson(response, 400, failure('VALIDATION_ERROR')) : undefined;
      },
      { batch: { events: 2 } },
    );
    const all = [1, 2, 3, 4, 5].map((n) => reasonOf(client.record(event(n))));
    const [rest, again] = await Promise.all([client.close({ timeoutMs: 200 }), client.close()]);
    expect(rest.map(({ payload }) => payload)).toEqual([{ n: 3 }, { n: 4 }, { n: 5 }]);
    expect(again).toEqual(rest);
    expect((await Promise.all(all)).map((reason) => (reason as Error | undefined)?.name)).toEqual([
      ...[undefined, undefined, 'RecordError', 'RecordError', 'UndeliveredError'],
    ]);
    expect(await client.close({ timeoutMs: NaN })).toEqual(rest);
  });

  it('close returns what was not delivered in its order, with four requests in flight', async () => {
    const { client } = await connect(silence, { inFlight: 4, batch: { events: 3 } });
    const all = Array.from({ length: 40 }, (_, n) => reasonOf(client.record(event(n, `user_${n}`))));
    const rest = await client.close({ timeoutMs: 0 });
    expect(rest.map(({ payload }) => (payload as { n: number }).n)).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(await Promise.all(all)).toEqual(Array(40).fill(expect.any(UndeliveredError)));
  });

  it('writeUndelivered closes, and adds the events as they were sent to the end of a file that only its owner reads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'client-'));
    try {
      const file = join(folder, 'undelivered.ndjson');
      const { client, server } = await connect(silence);
      const payload = rawJson('{"total":\n 99.90}');
      const recorded = reasonOf(client.record({ ...event(1), payload }));
      await until(() => server.requests.length === 1);
      writeFileSync(file, '{"earlier":1}\n', { mode: 0o600 });
      await client.close({ timeoutMs: 0 });
      expect(await client.writeUndelivered(file)).toBe(1);
      const [, line] = readFileSync(file, 'utf8').split('\n') as [string, string];
      expect(readFileSync(file, 'utf8')).toBe(`{"earlier":1}\n${line}\n`);
      expect(line).toContain('"payload":{"total":  99.90},');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(JSON.parse(line)).toMatchObject({ eventId: ((await recorded) as UndeliveredError).event.eventId });

      const { client: delivered } = await connect(sendCreated);
      await delivered.record(event(1));
      expect(await delivered.writeUndelivered(join(folder, 'none'))).toBe(0);
      expect(() => statSync(join(folder, 'none'))).toThrow(/ENOENT/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('has its key in no error and in no text of itself, even where the service repeats it', async () => {
    const echo = { success: false, code: `CODE_${KEY}`, message: `wrong: ${KEY}`, details: { key: [KEY] } };
    const { client } = await connect((_, response, index) =>
      index === 0
        ? sendJson(response, 207, { data: { results: [{ index: 0, status: 'rejected', ...echo }] } })
        : sendJson(response, index === 1 ? 400 : 401, echo),
    );
    const broken = new CustomerEvents({ url: 'http://127.0.0.1:9', key: KEY, deliveryTimeoutMs: 1 });
    const errors = [
      await reasonOf(client.record(event(1))),
      await reasonOf(client.record(event(1))),
      await reasonOf(client.record(event(1))),
      await reasonOf(client.summary('user_42')),
      await reasonOf(client.record({ ...event(1), type: 'No' })),
      await reasonOf(broken.record(event(1))),
      thrownBy(() => new CustomerEvents({ url: 'http://x', key: `${KEY}\n` })),
      thrownBy(() => new CustomerEvents({ url: `http://user:${KEY}@x`, key: KEY })),
      thrownBy(() => new CustomerEvents({ url: `${KEY}`, key: KEY })),
    ];
    for (const error of errors) {
      expect(error).toBeInstanceOf(Error);
      const texts = [
        String(error),
        (error as Error).stack,
        inspect(error, { depth: null, showHidden: true }),
        JSON.stringify(error),
      ];
      for (const text of texts) expect(text).not.toContain(KEY);
    }
    for (const text of [inspect(client, { depth: null, showHidden: true }), JSON.stringify(client), String(client)]) {
      expect(text).not.toContain(KEY);
    }
    await broken.close({ timeoutMs: 0 });
  });

  it('keeps events, which may hold personal data, out of what loggers print of an error', async () => {
    const { client } = await connect((_, response) => sendJson(response, 400, failure('VALIDATION_ERROR')));
    const error = (await reasonOf(client.record({ ...event(1), payload: { name: 'Ada' } }))) as RecordError;
    expect(error.event).toMatchObject({ payload: { name: 'Ada' } });
    expect(inspect(error, { depth: null }) + JSON.stringify(error)).not.toContain('Ada');
  });

  it.each<[string, object]>([
    ['url', { url: 'events.example.com' }],
    ['url', { url: 'ftp://events.example.com' }],
    ['url', { url: 'https://events.example.com/?a=1' }],
    ['key', { key: '' }],
    ['key', { key: undefined }],
    ['batch.events', { batch: { events: 501 } }],
    ['batch.bytes', { batch: { bytes: 0 } }],
    ['queue.events', { queue: { events: 1.5 } }],
    ['inFlight', { inFlight: 0 }],
    ['deliveryTimeoutMs', { deliveryTimeoutMs: Infinity }],
  ])('refuses an option %s that cannot be used (%#)', (name, options) => {
    const given = { url: 'http://127.0.0.1', key: KEY, ...options };
    expect(() => new CustomerEvents(given)).toThrow(new RegExp(`^${name}`));
  });

  it('reads again after a failure that passes, and throws RequestError after one that does not', async () => {
    const { client, server } = await connect((_, response, index) =>
      index === 0
        ? sendJson(response, 503, failure('SERVICE_UNAVAILABLE'))
        : index === 1
          ? sendJson(response, 200, { success: true, data: { total: 1, types: [] } })
          : sendJson(response, 404, failure('CUSTOMER_NOT_FOUND')),
    );
    expect(await client.summary('a/b?')).toEqual({ total: 1, types: [] });
    const error = await reasonOf(client.timeline('user_42').next());
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code: 'CUSTOMER_NOT_FOUND', status: 404 });
    expect(server.requests.map(({ path }) => path)).toEqual([
      ...Array(2).fill('/api/v1/customers/a%2Fb%3F/events/summary'),
      '/api/v1/customers/user_42/events',
    ]);
  });

  it('ends a read when its signal is aborted, with the reason of the signal', async () => {
    const { client, server } = await connect(silence);
    const aborting = new AbortController();
    const summary = reasonOf(client.summary('user_42', { signal: aborting.signal }));
    await until(() => server.requests.length === 1);
    aborting.abort(new Error('enough'));
    expect(await summary).toEqual(new Error('enough'));
    expect(await reasonOf(client.summary('user_42', { signal: aborting.signal }))).toEqual(new Error('enough'));
  });
});

function thrownBy(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return error;
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parsedResults } from '../../client/src/batch-response.ts';
import { encodeEvent } from '../../client/src/encode-event.ts';
import { CustomerEvents, type CustomerEventsOptions, RecordError, UndeliveredError } from '../../client/src/index.ts';
import { usualResults } from '../../client/src/usual-response.ts';
import { type HostileProxy, type Hostility, startHostileProxy } from '../support/client/hostile-proxy.ts';
import { runCommand } from '../support/command-line.ts';
import { originOf, startTestService, type TestService } from '../support/test-service.ts';
import { until } from '../support/until.ts';
import { FULL } from '../support/drill.ts';

/** `npm run drill` sends 10,000 events for each of 20 seeds; in `npm test` a short form runs. */
const SEEDS = FULL ? Array.from({ length: 20 }, (_, index) => index + 1) : [1, 2];
const EVENTS = FULL ? 10_000 : 1_000;
const CALLERS = 50;

describe('the client, with a proxy between it and the service that makes everything go wrong', () => {
  let service: TestService;
  let address: string;
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    service = await startTestService();
    address = originOf(service);
    for (let caller = 0; caller < CALLERS; caller++) {
      const customer = { email: `caller_${caller}@example.com`, name: 'Caller' };
      await service.patch(`/customers/caller_${caller}`, customer).expect(201);
    }
  }, 60_000);
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  afterAll(() => service.close());

  async function connect(hostility: Hostility, options: Partial<CustomerEventsOptions> = {}) {
    await service.database.query('TRUNCATE customer_events');
    const proxy = await startHostileProxy(address, hostility);
    const client = new CustomerEvents({ url: proxy.url, key: service.key, ...options });
    closing.push(proxy.close, () => client.close({ timeoutMs: 0 }));
    return { proxy, client };
  }

  const rows = async (): Promise<{ rows: number; events: number }> => {
    const stored = await service.database.query<{ n: string }>("SELECT e.payload->>'n' AS n FROM customer_events AS e");
    return { rows: stored.length, events: new Set(stored.map(({ n }) => n)).size };
  };

  it.each(SEEDS)(
    'stores every event exactly once, in the order of its customer, and settles every promise once (seed %d)',
    async (seed) => {
      // With one request in flight, which can come too soon after a 429, and with several.
      const inFlight = seed % 2 === 1 ? 1 : 4;
      // By node:http, and by fetch as where there is no Node.
      const transport = seed % 4 < 2 ? {} : { fetch: globalThis.fetch };
      const { proxy, client } = await connect({ seed, share: 0.3, most429: FULL ? 5 : 1 }, { inFlight, ...transport });
      const settled = new Map<number, number>();
      const ids = new Set<string>();
      const record = async (caller: number, n: number): Promise<void> => {
        const event = { customerExternalId: `caller_${caller}`, type: 'drill.event', payload: { n } };
        const { id } = await client.record(event).finally(() => settled.set(n, (settled.get(n) ?? 0) + 1));
        ids.add(id);
      };
      // Some wait for each event, some send a few at once.
      const call = async (caller: number): Promise<void> => {
        const own = Array.from({ length: EVENTS / CALLERS }, (_, index) => caller + index * CALLERS);
        const atOnce = 1 + (caller % 5);
        while (own.length > 0) await Promise.all(own.splice(0, atOnce).map((n) => record(caller, n)));
      };
      await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));

      expect(await rows()).toEqual({ rows: EVENTS, events: EVENTS });
      expect(ids.size).toBe(EVENTS);
      expect([settled.size, ...new Set(settled.values())]).toEqual([EVENTS, 1]);
      expect(outOfOrder(proxy)).toEqual([]);
      if (inFlight === 1) expect(proxy.tooSoon).toBe(0);
      expect(proxy.faults.size).toBeGreaterThan(FULL ? 9 : 5);
    },
    FULL ? 600_000 : 60_000,
  );

  it('knows the usual response of the service without parsing it, to new events and to events sent again', async () => {
    const sent = ['2026-04-18T10:00:00Z', '2026-04-18T10:00:00.000Z', undefined].map((occurredAt, n) =>
      encodeEvent(
        { customerExternalId: `caller_${n}`, type: 'drill.event', payload: { n, text: 'a "quote" and ü' }, occurredAt },
        { payloadBytes: 1_000, eventBytes: 2_000 },
      ),
    );
    for (const status of ['created', 'replayed']) {
      const response = await fetch(`${address}/api/v1/customer-events/batch`, {
        method: 'POST',
        headers: { 'X-API-Key': service.key, 'Content-Type': 'application/json' },
        body: `{"events":[${sent.map(({ text }) => text).join()}]}`,
      });
      const text = await response.text();
      expect(usualResults(text, sent)).toEqual(parsedResults(text, sent));
      expect(usualResults(text, sent)?.map((result) => result.status)).toEqual(Array(3).fill(status));
    }
  });

  it('settles what the service refuses by its error, and all others as created, in one batch', async () => {
    const { client } = await connect({ seed: 3, share: 0, most429: 0 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 90 }, (_, n) => {
        const customerExternalId = n % 3 === 0 ? 'nobody' : `caller_${n % 50}`;
        return client.record({ customerExternalId, type: 'drill.event', payload: { n } });
      }),
    );
    outcomes.forEach((outcome, n) => {
      if (n % 3 !== 0) return expect(outcome.status).toBe('fulfilled');
      const { reason } = outcome as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(RecordError);
      return expect(reason).toMatchObject({ code: 'CUSTOMER_NOT_FOUND', event: { payload: { n } } });
    });
    expect(await rows()).toEqual({ rows: 60, events: 60 });
  });

  it.each(['503', 'resetAfter'] as const)(
    'close under a lasting %s returns what was not delivered, and the import of its file leaves every event once',
    async (fault) => {
      const folder = mkdtempSync(join(tmpdir(), 'client-'));
      closing.push(async () => rmSync(folder, { recursive: true, force: true }));
      const { proxy, client } = await connect({ seed: 4, share: 0, most429: 0 });
      let delivered = 0;
      const reasons: unknown[] = [];
      const record = (n: number): void =>
        void client.record({ customerExternalId: `caller_${n % CALLERS}`, type: 'drill.event', payload: { n } }).then(
          () => delivered++,
          (error: unknown) => reasons.push(error),
        );
      for (let n = 0; n < 350; n++) record(n);
      await until(() => delivered > 0);
      proxy.always(fault);
      for (let n = 350; n < 500; n++) record(n);
      const returned = await client.close({ timeoutMs: 300 });

      expect(delivered + returned.length).toBe(500);
      expect(reasons.every((reason) => reason instanceof UndeliveredError)).toBe(true);
      expect(reasons).toHaveLength(returned.length);
      const file = join(folder, 'undelivered.ndjson');
      expect(await client.writeUndelivered(file)).toBe(returned.length);
      const imported = await runCommand({ DATABASE_URL: service.database.url }, 'import', file, '--app', 'acme');
      expect(imported).toMatchObject({ code: 0 });
      expect(await rows()).toEqual({ rows: 500, events: 500 });
    },
  );

  it('is told by the service that its key was revoked, rejects all that is queued, and stores nothing twice', async () => {
    const { client } = await connect({ seed: 5, share: 0, most429: 0 }, { batch: { events: 10 } });
    const { id, secret } = await service.createKey({ app: 'acme' });
    const own = new CustomerEvents({ url: address, key: secret, batch: { events: 10 } });
    const record = (one: CustomerEvents, n: number) =>
      one.record({ customerExternalId: 'caller_1', type: 'drill.event', payload: { n } });
    await record(own, 1);
    await service.revokeKey(id);
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => record(own, 100 + n)));
    const codes = outcomes.map((outcome) => (outcome as { reason?: RecordError }).reason?.code);
    expect(codes).toEqual(Array(50).fill('AUTH_API_KEY_INVALID'));
    expect(await own.close()).toEqual([]);
    await record(client, 2);
    expect(await rows()).toEqual({ rows: 2, events: 2 });
  });
});

/** Customers of whom an event was committed before one that was recorded earlier. */
function outOfOrder({ committed }: HostileProxy): string[] {
  const last = new Map<string, number>();
  return committed.flatMap(({ customer, n }) => {
    const before = last.get(customer) ?? -1;
    last.set(customer, n);
    return n > before ? [] : [`${customer}: ${n} after ${before}`];
  });
}

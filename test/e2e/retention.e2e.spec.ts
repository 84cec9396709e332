import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseKeep } from '../../libs/retention/retention-rules.ts';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { Maintenance } from '../../src/app/maintenance.ts';
import { FileImport } from '../support/file-import.ts';
import { unfenced } from '../support/test-database.ts';
import { startServiceOn, withKey, type TestService } from '../support/test-service.ts';
import { scrape, sumOf } from './helpers/metrics.ts';

const DAY_MS = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

const REFUSAL =
  /^is past the retention of page\.\* events \(P90D, before \d{4}-\d\d-\d\dT[\d:.]+Z\): it would be deleted at once$/;
const REFUSED = {
  code: 'VALIDATION_ERROR',
  message: 'The request is not valid: occurredAt',
  details: { occurredAt: [expect.stringMatching(REFUSAL)] },
};

describe('an event that is past its retention', () => {
  const files = new FileImport();
  let service: TestService;
  /** Another instance, whose maintenance may go over all customers. */
  let purging: Awaited<ReturnType<typeof startServiceOn>>;

  const keep = async (pattern: string, period: string): Promise<void> =>
    void (await service.app.get(KeyAdministration).setRetention('acme', pattern, parseKeep(period)));
  const event = (type: string, days: number, eventId?: string) => ({
    customerExternalId: 'user_42',
    type,
    occurredAt: daysAgo(days),
    eventId,
  });
  const stored = async (): Promise<string[]> => {
    const { body } = await service.get('/customers/user_42/events?limit=200').expect(200);
    return (body.data.events as { eventId: string | null }[]).flatMap(({ eventId }) => eventId ?? []).sort();
  };
  const lines = (...events: object[]): string => events.map((one) => `${JSON.stringify(one)}\n`).join('');

  beforeAll(async () => {
    await files.open({});
    ({ service } = files);
    purging = await startServiceOn({ ...service.database, url: unfenced(service.database.url) });
    await keep('page.*', 'P90D');
    await keep('page.view', 'forever');
  });
  afterAll(async () => {
    await purging.close();
    await files.close();
  });

  it('is refused by name where it is sent alone, and stored where it is not past it', async () => {
    const { body } = await service.post('/customer-events', event('page.left', 91, 'single-1')).expect(400);
    expect(body).toMatchObject({ success: false, ...REFUSED });
    await service.post('/customer-events', event('page.left', 89, 'single-2')).expect(201);
    await service.post('/customer-events', event('page.view', 900, 'single-3')).expect(201);
    await service.post('/customer-events', { ...event('page.left', 0, 'single-4'), occurredAt: undefined }).expect(201);
    expect(await stored()).toEqual(['single-2', 'single-3', 'single-4']);
  });

  it('is refused in a batch, and the others of the batch are stored', async () => {
    const events = [event('page.left', 91, 'batch-1'), event('page.left', 89, 'batch-2')];
    const { body } = await service.post('/customer-events/batch', { events }).expect(207);
    expect(body.data).toMatchObject({
      created: 1,
      rejected: 1,
      results: [
        { index: 0, status: 'rejected', ...REFUSED },
        { index: 1, status: 'created' },
      ],
    });
  });

  it('is refused as a line of an import over HTTP', async () => {
    const { body } = await service
      .post('/customer-events/import', lines(event('page.left', 89, 'http-1'), event('page.left', 91, 'http-2')), {
        'Content-Type': 'application/x-ndjson',
      })
      .expect(200);
    expect(body.data).toMatchObject({ created: 1, rejected: 1, errors: [{ line: 2, ...REFUSED }] });
  });

  it('is refused as a line and as a row of a file that the command imports, and foretold by a dry run', async () => {
    const [young, old] = [event('page.left', 89, 'file-1'), event('page.left', 91, 'file-2')];
    const csv = `customerExternalId,type,occurredAt,eventId\nuser_42,page.left,${daysAgo(89)},csv-1\nuser_42,page.left,${daysAgo(91)},csv-2\n`;
    for (const [name, content] of [
      ['events.ndjson', lines(young, old)],
      ['events.csv', csv],
    ] as const) {
      for (const args of [['--dry-run'], []]) {
        const summary = await files.events(name, content, ...args);
        expect(summary).toMatchObject({ created: 1, rejected: 1, errors: [{ code: 'VALIDATION_ERROR' }] });
        expect(JSON.stringify(summary.errors)).toContain('is past the retention of page.* events (P90D, before ');
      }
    }
  });

  it('is of another app where the rules are of this one', async () => {
    const other = withKey(service, service.otherKey);
    await other.patch('/customers/user_42', { email: 'a@example.com', name: 'a' }).expect(201);
    await other.post('/customer-events', event('page.left', 900, 'other-1')).expect(201);
  });

  it('is refused also by an instance that has the key remembered, once it looks it up again', async () => {
    const instance = withKey(await startServiceOn(service.database, { API_KEY_CACHE_MS: '1000' }), service.key);
    try {
      await instance.post('/customer-events', event('visit', 3)).expect(201);
      await keep('visit', 'P1D');
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await instance.post('/customer-events', event('visit', 3)).expect(400);
    } finally {
      await instance.close();
    }
  });

  it('does not come back after a purge, is not in the way of an erasure, and its app has it on record', async () => {
    await service.patch('/customers/user_7', { email: 'user_7@example.com', name: 'x' }).expect(201);
    const of = (days: number, eventId: string) => ({
      ...event('visit.long', days, eventId),
      customerExternalId: 'user_7',
    });
    const past = of(40, 'purged-1');
    await service.post('/customer-events', past).expect(201);
    const { body: erased } = await service.post('/customer-events', of(40, 'erased-1')).expect(201);
    await service.post('/customer-events', of(20, 'kept-1')).expect(201);
    await service.delete(`/customers/user_7/events/${erased.data.id}`).expect(200);
    await service.post('/customer-events', past).expect(200);
    await keep('visit.long', 'P30D');
    // Until the purge it may still be read, and it cannot be sent again.
    expect((await service.get('/customers/user_7/events').expect(200)).body.data.events).toHaveLength(2);
    await service.post('/customer-events', past).expect(400);
    const { other } = await otherEvents();
    await purging.app.get(Maintenance).run();

    const { body } = await service.get('/customers/user_7/events').expect(200);
    expect(body.data.events).toMatchObject([{ eventId: 'kept-1' }]);
    await service.post('/customer-events', past).expect(400);
    expect((await otherEvents()).other).toBe(other);
    expect(sumOf(await scrape(purging), 'customer_events_purged_total', { app: 'acme' })).toBeGreaterThanOrEqual(1);
    expect(sumOf(await scrape(purging), 'customer_events_purge_behind_seconds')).toBe(0);
    const [entry] = await service.database.query<{ actor: string; actor_id: string; count: string; details: object }>(
      `SELECT actor, actor_id, count, details FROM audit_entries WHERE action = 'events.purged'`,
    );
    expect(entry).toMatchObject({ actor: 'service', actor_id: 'purge', details: { rules: expect.any(String) } });

    // Kept for longer, it may come again: then it is what the operator wants to have. What was erased may not.
    await keep('visit.long', 'P60D');
    await service.post('/customer-events', past).expect(201);
    await service.post('/customer-events', of(40, 'erased-1')).expect(410);
    await keep('visit.long', 'P30D');
    expect((await service.post('/customer-events', of(40, 'erased-1')).expect(400)).body.code).toBe('VALIDATION_ERROR');
    expect((await service.delete('/customers/user_7').expect(200)).body.data).toEqual({ deletedEvents: 2 });
    await purging.app.get(Maintenance).run();
  });

  const otherEvents = async () =>
    (
      await service.database.query<{ other: string }>(
        `SELECT count(*) AS other FROM customer_events AS t JOIN customers AS c ON c.id = t.customer_id
         JOIN apps AS a ON a.id = c.app_id WHERE a.slug = 'other'`,
      )
    )[0] as { other: string };
});

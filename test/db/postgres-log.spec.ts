import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/child.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

/** PostgreSQL logs the row of a COPY that fails, and the values of a key that is taken: in a retry, those of a customer. */
describe("PostgreSQL's own log", () => {
  let service: TestService;
  let logFile: string;
  let size: number;

  const added = (): string => (existsSync(logFile) ? readFileSync(logFile).toString('utf8', size) : '');
  const events = (from: number, count: number, type = 'a') =>
    Array.from({ length: count }, (_, n) => ({
      customerExternalId: 'user_42',
      type,
      eventId: `MARKER-${from + n}`,
      occurredAt: '2026-04-18T10:00:00Z',
      payload: { secret: `MARKER-payload-${from + n}` },
    }));
  const batch = async (all: object[], status: number): Promise<Record<string, number>> => {
    const { body } = await service.post('/customer-events/batch', { events: all }).expect(status);
    const { created, replayed, rejected } = body.data as Record<string, number>;
    return { created, replayed, rejected } as Record<string, number>;
  };
  const importLines = async (all: object[]): Promise<Record<string, number>> => {
    const lines = all.map((event) => JSON.stringify(event)).join('\n');
    const headers = { 'Content-Type': 'application/x-ndjson' };
    const { body } = await service.post('/customer-events/import', lines, headers).expect(200);
    const { created, replayed, rejected } = body.data as Record<string, number>;
    return { created, replayed, rejected } as Record<string, number>;
  };

  beforeAll(async () => {
    service = await startTestService();
    const [row] = await service.database.query<{ data_directory: string }>('SHOW data_directory');
    // Where the embedded server has it; a server of one's own keeps its log elsewhere.
    logFile = join(dirname(row?.data_directory ?? ''), 'postgres.log');
    size = existsSync(logFile) ? statSync(logFile).size : 0;
    // From now on the customer is one that this instance has seen.
    await service.post('/customer-events', { customerExternalId: 'user_42', type: 'a' }).expect(201);
  });
  afterAll(() => service.close());

  it('gets nothing of what is sent again, by batches, imports or single events, whole or in part', async () => {
    expect(await batch(events(0, 50), 201)).toEqual({ created: 50, replayed: 0, rejected: 0 });
    expect(await batch(events(0, 50), 201)).toEqual({ created: 0, replayed: 50, rejected: 0 });
    expect(await batch(events(25, 50), 201)).toEqual({ created: 25, replayed: 25, rejected: 0 });
    expect(await batch([...events(100, 30), ...events(100, 30)], 201)).toEqual({
      created: 30,
      replayed: 30,
      rejected: 0,
    });
    expect(await batch(events(0, 50, 'other'), 207)).toEqual({ created: 0, replayed: 0, rejected: 50 });
    expect(await importLines(events(200, 300))).toEqual({ created: 300, replayed: 0, rejected: 0 });
    expect(await importLines(events(200, 300))).toEqual({ created: 0, replayed: 300, rejected: 0 });
    expect(await importLines(events(400, 300))).toEqual({ created: 200, replayed: 100, rejected: 0 });
    const singles = [...events(600, 40), ...events(900, 40), ...events(900, 40)];
    const sent = await Promise.all(singles.map((event) => service.post('/customer-events', event)));
    expect(sent.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(40);
    expect(sent.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(80);
    expect(added()).not.toContain('MARKER');
  });

  it('is the one that was looked at: a COPY that fails writes its row into it', async () => {
    if (!existsSync(logFile)) return process.stdout.write("left out: the server's log is not here\n");
    await expect(
      service.database.query(
        `INSERT INTO customer_events SELECT t.customer_id, t.occurred_at, t.id || 'x', t.type, t.payload, t.event_id, t.created_at
         FROM customer_events AS t WHERE t.event_id = 'MARKER-1'`,
      ),
    ).rejects.toThrow();
    await until(() => added().includes('MARKER-1'));
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DrillRig, type Instance } from './support/drill-rig.ts';
import { MixedTraffic } from './support/mixed-traffic.ts';
import { FULL } from '../support/drill.ts';

const BLOWS = FULL ? 120 : 20;
/** Outside the full drill, blows that are far apart are fewer. */
const MAX_SHORT_MS = 3_000;
const RESTARTS = FULL ? 12 : 2;
const TIMES = FULL ? 2 : 1;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const TERMINATE_ALL = `
  SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity AS a
  WHERE a.application_name = 'customer-events' AND a.backend_type = 'client backend'`;

(FULL ? describe : describe.skip)('Sessions that the database ends under mixed traffic', () => {
  let rig: DrillRig;
  let instance: Instance;

  beforeAll(async () => {
    ({ rig, instance } = await DrillRig.serving({ LOG_LEVEL: 'error' }));
  }, 60_000);
  afterEach(() => rig.proxy.heal());
  afterAll(() => rig.close(), 60_000);

  /** Mixed traffic during a fault that comes again and again; afterwards everything is as it was told. */
  const strike = async (blows: number, intervalMs: number, blow: () => Promise<unknown>): Promise<void> => {
    await rig.query('TRUNCATE customer_events');
    await rig.query(
      "DELETE FROM customer_emails WHERE customer_id IN (SELECT id FROM customers WHERE external_id <> 'user_42')",
    );
    await rig.query("DELETE FROM customers WHERE external_id <> 'user_42'");
    const traffic = new MixedTraffic(instance.port, rig.key);
    traffic.start(TIMES);
    for (let count = 0; count < blows; count++) {
      await pause(intervalMs);
      await blow();
    }
    await pause(intervalMs);
    await traffic.stop();
    expect(instance.child.process).toMatchObject({ exitCode: null, signalCode: null });
    expect(traffic.faults()).toEqual([]);
    const rows = await rig.query<{ n: number }>(
      "SELECT (t.payload->>'n')::int AS n FROM customer_events AS t WHERE t.payload->>'n' <> '-1'",
    );
    expect(traffic.verdict(rows.map(({ n }) => n))).toMatchObject({ lost: 0, doubled: 0, phantom: 0 });
    const stored = await rig.query<{ external_id: string }>('SELECT c.external_id FROM customers AS c');
    expect(traffic.misreportedCustomers(new Set(stored.map(({ external_id }) => external_id)))).toEqual([]);
    expect([...traffic.responses.keys()].some((response) => response.startsWith('keyed 201'))).toBe(true);
    if (FULL)
      process.stdout.write(
        `${blows} blows, ${intervalMs} ms apart: ${traffic.events.length} events, ${rows.length} rows\n`,
      );
  };

  it.each([40, 110, 300])(
    'all terminated every %i ms: no 500, no end of the process, nothing lost, doubled or made up',
    async (intervalMs) => {
      const blows = FULL ? BLOWS : Math.min(BLOWS, MAX_SHORT_MS / intervalMs);
      await strike(blows, intervalMs, () => rig.query(TERMINATE_ALL));
    },
    300_000,
  );

  it('by a fast restart of the database: no 500, no end of the process, nothing lost, doubled or made up', async () => {
    await strike(RESTARTS, 700, async () => {
      await rig.stopDatabase();
      await rig.startDatabase();
    });
  }, 300_000);

  it('by a pooler that goes and comes back: no 500, no end of the process, nothing lost, doubled or made up', async () => {
    await strike(BLOWS, 110, async () => {
      await rig.proxy.refuse();
      await rig.proxy.heal();
    });
  }, 300_000);
});

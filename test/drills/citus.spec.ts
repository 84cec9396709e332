import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CitusCluster, citusPrograms } from '../support/citus-cluster.ts';
import { until } from '../support/child.ts';
import { DrillRig, type Instance } from './support/drill-rig.ts';
import { BATCHES, KINDS_FOR_ITS_CUSTOMERS, MixedTraffic, WRITES } from './support/mixed-traffic.ts';
import { FULL } from '../support/drill.ts';

const FAULT_MS = FULL ? 10_000 : 3_000;
const CUSTOMERS = 24;
const PROGRAMS = citusPrograms();

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

if (PROGRAMS === undefined) {
  process.stdout.write(
    'Not run: test/drills/citus.spec.ts needs TEST_CITUS_BIN, the folder "bin" of a PostgreSQL with Citus\n',
  );
}

(PROGRAMS === undefined ? describe.skip : describe)('on Citus', () => {
  let cluster: CitusCluster;
  let rig: DrillRig;
  let instance: Instance;
  const traffics: MixedTraffic[] = [];

  beforeAll(async () => {
    cluster = await CitusCluster.start(PROGRAMS as string);
    rig = DrillRig.on(cluster.url);
    await rig.cli('migrate');
    await rig.cli('database', 'distribute');
    await rig.prepare();
    instance = await rig.startReady();
    for (let n = 0; n < CUSTOMERS; n++) await rig.createCustomer(instance, `user_${n}`);
  }, 120_000);
  afterEach(() => Promise.all(traffics.splice(0).map((traffic) => traffic.stop())));
  afterAll(async () => {
    await (rig as DrillRig | undefined)?.close();
    await (cluster as CitusCluster | undefined)?.close();
  }, 60_000);

  const traffic = (name: string, customers: readonly string[], kinds = KINDS_FOR_ITS_CUSTOMERS): MixedTraffic => {
    const made = new MixedTraffic(instance.port, rig.key, { name, customers, kinds });
    traffics.push(made);
    return made;
  };

  /** Enough has been answered that a fault hits a service at work. */
  const atWork = async (...all: readonly MixedTraffic[]): Promise<void> => {
    for (const one of all) {
      const before = one.acknowledged();
      await until(() => one.acknowledged() > before + 20);
    }
  };

  const storedBy = async (name: string): Promise<number[]> =>
    (
      await rig.query<{ n: number }>("SELECT (t.payload->>'n')::int AS n FROM customer_events AS t WHERE t.type = $1", [
        name,
      ])
    ).map(({ n }) => n);

  const judge = async (one: MixedTraffic, name: string): Promise<void> => {
    expect(one.verdict(await storedBy(name))).toMatchObject({ lost: 0, doubled: 0, phantom: 0 });
    const unexpected = instance.child.output().match(/^.*"unexpected".*$/gm) ?? [];
    expect({ faults: one.faults(), unexpected }).toEqual({ faults: [], unexpected: [] });
    expect(one.withoutRetryAfter).toBe(0);
  };

  it('a dead worker costs its own customers only, and nothing that was answered 201 is lost', async () => {
    const workerOf = await cluster.workerOfCustomers();
    const dying = cluster.workers[0] as CitusCluster['workers'][number];
    const [spared, hit]: [string[], string[]] = [[], []];
    for (const [customer, port] of workerOf) (port === dying.port ? hit : spared).push(customer);
    const all = [
      ['spared', traffic('spared', spared)],
      ['hit', traffic('hit', hit)],
      ['both', traffic('both', [...workerOf.keys()], BATCHES)],
    ] as const;
    const [[, ofSpared], [, ofHit], [, ofBoth]] = all;
    for (const [, one] of all) one.start(2);
    await atWork(ofSpared, ofHit, ofBoth);

    await dying.kill();
    const ready: number[] = [];
    const endAt = performance.now() + FAULT_MS;
    while (performance.now() < endAt) {
      ready.push((await instance.get('/health/ready')).status);
      await pause(100);
    }
    await atWork(ofSpared);
    const refused = { spared: ofSpared.count(503), hit: ofHit.count(503) };
    await dying.start();
    await cluster.recoverTransactions();
    await atWork(ofSpared, ofHit, ofBoth);
    await Promise.all(all.map(([, one]) => one.stop()));

    process.stdout.write(
      `${all.map(([name, { responses, slowest }]) => `${name}, slowest ${Math.round(slowest)} ms: ${[...responses].map(([response, times]) => `${response.trim()} ×${times}`).join(', ')}`).join('\n')}\n`,
    );
    for (const [name, one] of all) await judge(one, name);
    for (const [name, one] of all) {
      expect(await one.retryKeyed()).toEqual([]);
      await judge(one, name);
    }
    expect(refused.hit).toBeGreaterThan(0);
    expect(refused.spared).toBe(0);
    expect(new Set(ready)).toEqual(new Set([200]));
  }, 180_000);

  it.each([
    ['with an eventId', 'unknown-1'],
    ['without one', undefined],
  ])(
    'a write %s whose node died after it had committed is of unknown outcome',
    async (_, eventId) => {
      const worker = cluster.workers[0] as CitusCluster['workers'][number];
      const [customer] = [...(await cluster.workerOfCustomers())].find(([, port]) => port === worker.port) ?? [];
      const event = { customerExternalId: customer, type: 'unknown', payload: {}, eventId };
      // Commits are on disk, and then wait for a standby that never comes.
      await worker.query("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
      await worker.query('SELECT pg_reload_conf()');
      const sent = rig.post(instance, '/customer-events', event);
      await until(
        async () =>
          (await worker.query("SELECT 1 FROM pg_stat_activity AS a WHERE a.wait_event = 'SyncRep'")).length > 0,
      );
      await worker.kill();
      worker.forgetSettings();
      const body: unknown = await (await sent).json();
      await worker.start();
      await cluster.recoverTransactions();
      expect(body).toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: { outcome: 'unknown' } });
      if (eventId !== undefined)
        await until(async () => (await rig.post(instance, '/customer-events', event)).status === 200);
    },
    120_000,
  );

  it('equal batches at once do not wait for one another in a circle', async () => {
    const customers = [...(await cluster.workerOfCustomers()).keys()];
    const events = Array.from({ length: 100 }, (_, n) => ({
      customerExternalId: customers[n % customers.length],
      type: 'equal',
      payload: { n },
      eventId: `equal-${n}`,
    }));
    const before = await failures('conflict');
    const responses = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        rig.post(instance, '/customer-events/batch', { events: n % 2 ? events : events.toReversed() }),
      ),
    );
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 201));
    expect((await storedBy('equal')).length).toBe(events.length);
    // A distributed deadlock would be found, and one of them begun again.
    expect(await failures('conflict')).toBe(before);
  }, 120_000);

  it('a worker that is added takes its shards under 16 writers, and nobody is refused', async () => {
    const customers = [...(await cluster.workerOfCustomers()).keys()];
    const added = await cluster.addWorker();
    const writing = traffic('moved', customers, WRITES);
    writing.start(8);
    await atWork(writing);
    await cluster.rebalance();
    await atWork(writing);
    await writing.stop();
    const ports = [...(await cluster.workerOfCustomers()).values()];
    process.stdout.write(
      `rebalanced: ${[...writing.responses].map(([response, times]) => `${response.trim()} ×${times}`).join(', ')}\n`,
    );
    expect(ports).toContain(added.port);
    expect(writing.count(503)).toBe(0);
    await judge(writing, 'moved');
  }, 240_000);

  /** How many of a kind `/metrics` has counted. */
  const failures = async (kind: string): Promise<number> => {
    const { body } = await instance.get('/metrics');
    return Number(new RegExp(`^database_failures_total\\{kind="${kind}"\\} (\\d+)`, 'm').exec(body)?.[1]);
  };
});

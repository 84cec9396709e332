import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { built, startNode } from '../support/child.ts';
import { DrillRig, type Instance } from './support/drill-rig.ts';
import { FULL } from '../support/drill.ts';

const EVENTS = 1_000_000;
/** Of the first events: by then the heap has the size that it needs. */
const SETTLED_AFTER = 200_000;
const MAX_GROWTH_MIB = 40;

const CLIENT = pathToFileURL(built('../client/dist/index.js')).href;

/** Records as fast as the queue takes it, and prints its resident memory after each 50,000 events. */
const program = (url: string, key: string): string => `
  import { CustomerEvents, QueueFullError } from '${CLIENT}';
  const client = new CustomerEvents({ url: '${url}', key: '${key}', batch: { events: 500 }, inFlight: 2,
    onUndelivered: (event, error) => { console.error(error); process.exit(1); } });
  for (let n = 0; n < ${EVENTS}; n++) {
    try {
      client.enqueue({ customerExternalId: 'user_42', type: 'drill.event', payload: { n, text: 'x'.repeat(50) } });
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      await client.flush();
      n--;
    }
    if (n % 50_000 === 0) console.log('rss', n, process.memoryUsage.rss());
  }
  console.log('undelivered', (await client.close()).length);
`;

(FULL ? describe : describe.skip)('the memory of the client', () => {
  let rig: DrillRig;
  let instance: Instance;
  beforeAll(async () => {
    ({ rig, instance } = await DrillRig.serving());
  }, 60_000);
  afterAll(() => rig.close(), 60_000);

  it('stays flat over a million events, with the queue full all the time', async () => {
    const child = startNode(['--input-type=module', '-e', program(`http://127.0.0.1:${instance.port}`, rig.key)]);
    expect(await child.ends()).toEqual({ code: 0, signal: null });
    expect(child.output()).toContain('undelivered 0');
    const seen = [...child.stdout().matchAll(/rss (\d+) (\d+)/g)].map(([, n, rss]) => ({
      n: Number(n),
      mib: Number(rss) / 2 ** 20,
    }));
    process.stdout.write(`RSS in MiB: ${seen.map(({ mib }) => Math.round(mib)).join(' ')}\n`);
    const early = Math.max(...seen.filter(({ n }) => n <= SETTLED_AFTER).map(({ mib }) => mib));
    const late = Math.max(...seen.filter(({ n }) => n > SETTLED_AFTER).map(({ mib }) => mib));
    expect(late - early).toBeLessThan(MAX_GROWTH_MIB);
    const [stored] = await rig.query<{ rows: number }>('SELECT count(*)::int AS rows FROM customer_events');
    expect(stored).toEqual({ rows: EVENTS });
  }, 900_000);
});

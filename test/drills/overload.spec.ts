import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/child.ts';
import { DrillRig, type Instance } from './support/drill-rig.ts';
import { load, type Load } from './support/load.ts';
import { FULL } from '../support/drill.ts';

const SECONDS = FULL ? 10 : 1;

describe('overload', () => {
  let rig: DrillRig;
  let instance: Instance;
  const lines: string[] = [];

  beforeAll(async () => {
    ({ rig, instance } = await DrillRig.serving({ MAX_REQUESTS_IN_FLIGHT: '200' }));
    await offered(64, 0, FULL ? 2 : 1);
  }, 60_000);
  afterAll(async () => {
    await rig.close();
    if (FULL) process.stdout.write(`\n${lines.join('\n')}\n`);
  }, 60_000);

  const offered = (connections: number, rate: number, seconds = SECONDS): Promise<Load> =>
    load(instance, { key: rig.key, connections, rate, seconds });
  const rows = async (): Promise<number> =>
    Number((await rig.query<{ n: string }>('SELECT count(*) AS n FROM customer_events'))[0]?.n);

  it('of five times what it can do: it does what it can, refuses the rest, and stays alive', async () => {
    const peak = await offered(64, 0);
    const before = { rows: await rows(), rss: instance.rssMiB() };
    const slowestHealth = { ms: 0 };
    let watching = true;
    const watch = (async () => {
      while (watching) {
        const { status, ms } = await instance.get('/health/live');
        expect(status).toBe(200);
        slowestHealth.ms = Math.max(slowestHealth.ms, ms);
        await new Promise((next) => setTimeout(next, 100));
      }
    })();
    let over = await offered(1_000, 5 * peak.perSecond);
    // Where the machine is busy, the sender may not come to so many.
    while (!FULL && over.refused === 0) over = await offered(1_000, 5 * peak.perSecond);
    watching = false;
    await watch;
    const rss = instance.rssMiB();
    await until(async () => (await instance.get('/health/ready')).status === 200);
    const stored = (await rows()) - before.rows;
    lines.push(
      `peak ${peak.perSecond}/s (p99 ${peak.createdP99} ms); at five times that: ${over.perSecond}/s created (p99 ${over.createdP99} ms), ` +
        `${over.refused} refused (p99 ${over.refusedP99} ms), answered ${over.offered}/s, health at most ${Math.round(slowestHealth.ms)} ms, ` +
        `memory ${Math.round(before.rss)} -> ${Math.round(rss)} MiB`,
    );
    expect(over).toMatchObject({ other: 0, broken: 0 });
    expect(over.refused).toBeGreaterThan(0);
    expect(stored).toBeGreaterThanOrEqual(over.created);
    expect(rss).toBeLessThan(before.rss + 300);
    if (FULL) {
      // What the issue promises; on a machine that is busy with other work it means nothing.
      expect(slowestHealth.ms).toBeLessThan(1_000);
      expect(over.perSecond).toBeGreaterThan(0.8 * peak.perSecond);
    }
  }, 120_000);

  it('of 1,000 idle connections, 200 slow heads and 200 slow bodies: it serves on', async () => {
    const alone = FULL ? (await offered(64, 0)).perSecond : 0;
    const post = `POST /api/v1/customer-events HTTP/1.1\r\nHost: a\r\nX-API-Key: ${rig.key}\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n`;
    const sockets = Array.from({ length: 1_400 }, (_, at) => {
      const socket = connect(instance.port, '127.0.0.1').on('error', () => {});
      if (at >= 1_000) socket.write(at < 1_200 ? 'GET / HTTP/1.1\r\nHost: a\r\nX: ' : `${post}{`);
      return socket;
    });
    const drips = setInterval(() => sockets.slice(1_000).forEach((socket) => socket.write('x')), 200);
    // After a second they no longer count as requests under way.
    await new Promise((next) => setTimeout(next, 1_500));
    const beside = await offered(64, 0);
    clearInterval(drips);
    lines.push(
      `beside 1,000 idle connections and 400 slow senders: ${beside.perSecond}/s${FULL ? `, alone ${alone}/s` : ''}`,
    );
    expect(beside).toMatchObject({ other: 0, broken: 0, refused: 0 });
    expect(beside.created).toBeGreaterThan(0);
    for (const socket of sockets) socket.destroy();
  }, 60_000);
});

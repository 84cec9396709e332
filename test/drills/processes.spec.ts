import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isAlive } from '../../libs/embedded-postgres/start-lock.ts';
import { startNode, program, until } from '../support/child.ts';
import { DrillRig, type Instance } from './support/drill-rig.ts';
import { FULL } from '../support/drill.ts';

const PIDS = /"pid":(\d+),"host":"[^"]*","msg":"listening"/g;
const READS = 20;

(FULL ? describe : describe.skip)('two processes that share a port', () => {
  let rig: DrillRig;
  let service: Instance;
  let ports: readonly number[];

  beforeAll(async () => {
    rig = await DrillRig.start();
    await rig.prepare();
    const first = await freePorts(2);
    ports = [first, first + 1];
    service = await rig.startInstance({
      PROCESSES: '2',
      OPERATIONS_PORT: String(first),
      RATE_LIMIT_STORE: 'postgres',
      READ_LIMITS: `${READS}/600`,
      LOG_LEVEL: 'info',
    });
    await allReady();
  }, 60_000);
  afterAll(() => rig.close(), 60_000);

  const statusAt = async (port: number, path: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => null);
    return { status: response?.status ?? 0, text: (await response?.text()) ?? '' };
  };
  const allReady = (): Promise<void> =>
    until(async () => {
      const states = await Promise.all(ports.map((port) => statusAt(port, '/health/ready')));
      return states.every(({ status }) => status === 200);
    });
  const pids = (): number[] => [...service.child.output().matchAll(PIDS)].map(([, pid]) => Number(pid));
  const created = async (port: number): Promise<number> => {
    const { text } = await statusAt(port, '/metrics');
    const series = text.matchAll(/^customer_events_total\{[^\n]*outcome="created"[^\n]*\} (\d+)/gm);
    return [...series].reduce((sum, [, count]) => sum + Number(count), 0);
  };

  it('both take events, and store each eventId once while one of them is killed and replaced', async () => {
    await rig.createCustomer(service);
    const ledger = await rig.ledger(service, { eventIds: true });
    ledger.start(16);
    await until(() => ledger.tally().acknowledged > 200);
    await until(async () => (await Promise.all(ports.map(created))).every((count) => count > 0));

    const [victim] = pids() as [number];
    process.kill(victim, 'SIGKILL');
    await service.child.prints(/ended \(SIGKILL\), and is replaced/);
    const acknowledged = ledger.tally().acknowledged;
    await until(() => ledger.tally().acknowledged > acknowledged + 50);
    await until(() => pids().length === 3);
    await allReady();
    await ledger.stop();
    await ledger.retryAll();
    const { sent } = ledger.tally();
    expect(await rig.verdict(ledger)).toEqual({ rows: sent, lost: 0, doubled: 0, phantom: 0 });
  }, 60_000);

  it('count the reads of a key together with RATE_LIMIT_STORE=postgres', async () => {
    const key = await rig.createKey('acme');
    const read = (): Promise<number> =>
      fetch(`http://127.0.0.1:${service.port}/api/v1/customers/user_42`, {
        headers: { 'X-API-Key': key, Connection: 'close' },
      }).then(({ status }) => status);
    const statuses = await Promise.all(Array.from({ length: 3 * READS }, read));
    expect(statuses.filter((status) => status === 200)).toHaveLength(READS);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
  });

  it('end together, with 0, when the first process is told to stop', async () => {
    service.child.kill('SIGTERM');
    expect(await service.child.ends()).toEqual({ code: 0, signal: null });
    expect(pids().filter(isAlive)).toEqual([]);
  }, 60_000);

  it('end with 1 where they cannot start', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const env = { PATH: process.env.PATH, DATABASE_URL: rig.directUrl, HOST: '127.0.0.1', PORT: String(port) };
    const child = startNode(program('src/main.js'), {
      env: { ...env, PROCESSES: '2', OPERATIONS_PORT: String(await freePorts(2)) },
    });
    expect(await child.ends()).toEqual({ code: 1, signal: null });
    expect(child.output()).toContain('did not start: all are stopped');
    taken.close();
  }, 60_000);
});

/** @returns the first of so many ports in a row that nobody listens at. */
async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const taken = await Promise.all(Array.from({ length: count }, (_, n) => isTaken(first + n)));
    if (!taken.includes(true)) return first;
  }
}

const isTaken = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    (error: Error & { cause?: { code?: string } }) => error.cause?.code !== 'ECONNREFUSED',
  );

import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startNode, until } from '../support/child.ts';
import { DrillRig, type Instance } from './support/drill-rig.ts';

const FULL = process.env.DRILL === 'full';
const SECONDS = FULL ? 5 : 1;
const ROUNDS = FULL ? 3 : 1;
const CONNECTIONS = 64;

interface Load {
  readonly created: number;
  readonly refused: number;
  readonly other: number;
  readonly broken: number;
  readonly createdP50: number;
  readonly createdP99: number;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

describe('A flood of requests without a key', () => {
  let rig: DrillRig;
  let instance: Instance;
  const lines: string[] = [];

  const start = (script: string, ...args: unknown[]) =>
    startNode([resolve(import.meta.dirname, 'support', script), String(instance.port), ...args.map(String)]);
  /** A tenant's single events, 100 a second over 10 connections. */
  const tenant = async (): Promise<Load> => {
    const child = start('load-generator.js', rig.key, 10, 100, SECONDS);
    const [found] = await child.prints(/^\{.*\}$/m);
    await child.ends();
    return JSON.parse(found) as Load;
  };

  beforeAll(async () => {
    rig = await DrillRig.start();
    await rig.prepare();
    instance = await rig.startInstance({ LOG_LEVEL: 'error' });
    await until(async () => (await instance.get('/health/ready')).status === 200);
    await rig.createCustomer(instance);
    await tenant();
  }, 60_000);
  afterAll(async () => {
    await rig.close();
    if (FULL) process.stdout.write(`\n${lines.join('\n')}\n`);
  }, 60_000);

  const floods = [
    ['scrapes', '/metrics', ''],
    ['the OpenAPI document', '/docs-json', ''],
    ['the same as YAML', '/docs-yaml', ''],
    ['readiness probes', '/health/ready', ''],
    ['keys that do not exist', '/api/v1/auth/whoami', 'X-API-Key: {key}'],
    ['missing keys', '/api/v1/auth/whoami', ''],
  ] as const;

  it.each(floods.filter(([, path]) => FULL || !path.startsWith('/docs')))(
    'of %s takes no room from a tenant: every event is stored',
    async (name, path, header) => {
      const alone: Load[] = [];
      const beside: Load[] = [];
      let rate = '';
      for (let round = 0; round < ROUNDS; round++) {
        alone.push(await tenant());
        const flood = start('flood.js', CONNECTIONS, path, header);
        await flood.prints(/flooding/);
        const probe = instance.get('/health/live');
        beside.push(await tenant());
        expect((await probe).status).toBe(200);
        flood.kill('SIGTERM');
        await flood.ends();
        rate = /\d+\/s/.exec(flood.stdout())?.[0] ?? '';
      }
      const p50s = (loads: readonly Load[]) => median(loads.map(({ createdP50 }) => createdP50));
      lines.push(
        `${name} (${path}, ${CONNECTIONS} connections, ${rate}): p50 ${p50s(beside)} ms beside, ${p50s(alone)} ms alone`,
      );
      for (const load of beside) {
        expect(load).toMatchObject({ refused: 0, other: 0, broken: 0 });
        expect(load.created).toBeGreaterThan(0);
      }
      // On a machine that is busy with other work it means nothing.
      if (FULL) expect(p50s(beside)).toBeLessThan(2 * p50s(alone));
    },
    120_000,
  );
});

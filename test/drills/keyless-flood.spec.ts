import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DrillRig, type Instance } from './support/drill-rig.ts';
import { load, startScript, type Load } from './support/load.ts';
import { FULL } from '../support/drill.ts';

const SECONDS = FULL ? 5 : 1;
const ROUNDS = FULL ? 3 : 1;
const CONNECTIONS = 64;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

(FULL ? describe : describe.skip)('A flood of requests without a key', () => {
  let rig: DrillRig;
  let instance: Instance;
  const lines: string[] = [];

  /** A tenant's single events, 100 a second over 10 connections. */
  const tenant = (): Promise<Load> => load(instance, { key: rig.key, connections: 10, rate: 100, seconds: SECONDS });

  beforeAll(async () => {
    ({ rig, instance } = await DrillRig.serving({ LOG_LEVEL: 'error' }));
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
    ['pages with public keys that do not exist', '/embed/timeline?k={publicKey}', ''],
  ] as const;

  it.each(floods.filter(([, path]) => FULL || !path.startsWith('/docs')))(
    'of %s takes no room from a tenant: every event is stored',
    async (name, path, header) => {
      const alone: Load[] = [];
      const beside: Load[] = [];
      let rate = '';
      for (let round = 0; round < ROUNDS; round++) {
        // Alone it is measured for a comparison, which is made only when the machine is quiet.
        if (FULL) alone.push(await tenant());
        const flood = startScript('flood.js', instance, CONNECTIONS, path, header);
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
        `${name} (${path}, ${CONNECTIONS} connections, ${rate}): p50 ${p50s(beside)} ms beside${FULL ? `, ${p50s(alone)} ms alone` : ''}`,
      );
      for (const found of beside) {
        expect(found).toMatchObject({ refused: 0, other: 0, broken: 0 });
        expect(found.created).toBeGreaterThan(0);
      }
      if (FULL) expect(p50s(beside)).toBeLessThan(2 * p50s(alone));
    },
    120_000,
  );
});

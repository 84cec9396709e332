import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/child.ts';
import { outcomeOf } from '../support/command-runner.ts';
import { DrillRig } from './support/drill-rig.ts';
import { Ledger } from './support/ledger.ts';

/** API_KEY_CACHE_MS is 5 s; the rest is for a machine that is busy with other work. */
const SEEN_WITHIN_MS = 20_000;

describe('many instances on one database', () => {
  let rig: DrillRig;

  beforeAll(async () => {
    rig = await DrillRig.start();
  }, 60_000);
  afterAll(() => rig.close(), 60_000);

  // With a limit for the start of five processes on a busy machine.
  it('migrate an empty one at once, write every eventId once, and see a revocation', async () => {
    const started = Array.from({ length: 3 }, () => rig.startCli('migrate', '--json'));
    const migrations = await Promise.all(started.map(outcomeOf));
    expect(migrations.map(({ code, stderr }) => [code, stderr])).toEqual(migrations.map(() => [0, '']));
    const applied = migrations.flatMap(({ stdout }) => (JSON.parse(stdout) as { applied: string[] }).applied);
    expect(applied.length).toBe(new Set(applied).size);
    expect(applied.length).toBeGreaterThan(0);
    await rig.prepare();
    const [first, second] = await Promise.all([rig.startReady(), rig.startReady()]);
    await rig.createCustomer(first);

    // Both send the same eventIds at the same time, each through its own instance.
    const ledgers = [first, second].map(({ port }) => new Ledger(port, rig.key, true));
    rig.ledgers.push(...ledgers);
    for (let round = 0; round < 20; round++)
      await Promise.all(ledgers.flatMap((ledger) => Array.from({ length: 10 }, () => ledger.sendNext())));
    expect(ledgers.map((ledger) => ledger.tally().acknowledged)).toEqual([200, 200]);
    const verdict = await rig.verdict(ledgers[0] as Ledger);
    expect(verdict).toEqual({ rows: 200, lost: 0, doubled: 0, phantom: 0 });
    const [ids, otherIds] = ledgers.map((ledger) => ledger.entries.map(({ id }) => id));
    expect(ids).toEqual(otherIds);

    const keys = JSON.parse(await rig.cli('keys', 'list', '--app', 'acme', '--json')) as { id: string; type: string }[];
    await rig.cli('keys', 'revoke', keys.find(({ type }) => type === 'agent')?.id as string);
    const deadline = performance.now() + SEEN_WITHIN_MS;
    for (const ledger of ledgers) await until(async () => (await ledger.sendNext()).status === 401);
    expect(performance.now()).toBeLessThan(deadline);
  }, 120_000);
});

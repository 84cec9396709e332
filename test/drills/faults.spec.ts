import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../support/child.ts';
import { finding, table, type Finding } from './support/drill-report.ts';
import { DrillRig, type Instance } from './support/drill-rig.ts';
import type { Ledger } from './support/ledger.ts';
import { FULL } from '../support/drill.ts';

/** `npm run drill` runs everything, for longer; in `npm test` a short form runs. */
const FAULT_MS = FULL ? 6_000 : 500;
const CONNECTIONS = FULL ? 64 : 16;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('faults', () => {
  let rig: DrillRig;
  /** Each start of a service is a second and more: one that has not been ended serves the next drill. */
  let instance: Instance;
  const findings: (Finding | string)[] = [];

  beforeAll(async () => {
    rig = await DrillRig.start();
    await rig.prepare();
  }, 60_000);
  afterEach(() => rig.proxy.heal());
  afterAll(async () => {
    await rig.close();
    if (FULL) process.stdout.write(`\n${table(findings)}\n`);
  }, 60_000);

  const restart = async (settings: Record<string, string> = {}): Promise<void> => {
    await rig.stopInstances();
    instance = await rig.startReady(settings);
    await rig.createCustomer(instance);
  };

  /** For the drills that begin with a service at work. */
  const serving = async (): Promise<void> => {
    if (instance?.child.process.exitCode !== null) await restart();
  };

  /** Enough has been acknowledged that the fault hits a service at work. */
  const atWork = async (ledger: Ledger, more = 100): Promise<void> => {
    const acknowledged = ledger.tally().acknowledged;
    await until(() => ledger.tally().acknowledged >= acknowledged + more);
  };

  /** Nothing lost, doubled or made up; nobody waited for ever; every failure in its envelope. */
  const judge = async (drill: string, ledger: Ledger, note = ''): Promise<Finding> => {
    const found = finding(drill, ledger, await rig.verdict(ledger), note);
    findings.push(found);
    expect(found).toMatchObject({ lost: 0, doubled: 0, phantom: 0 });
    expect({ hung: ledger.hung, malformed: ledger.malformed }).toEqual({ hung: 0, malformed: 0 });
    expect(found.rows).toBeGreaterThanOrEqual(found.acknowledged);
    expect(found.rows).toBeLessThanOrEqual(found.acknowledged + found.unknown);
    return found;
  };

  /**
   * A fault under load, and its end: while it lasts, liveness stays, readiness tells; when it is
   * over, the service is back without a restart.
   */
  const strike = async (
    drill: string,
    begin: () => Promise<unknown>,
    end: () => Promise<unknown>,
    { readinessTells = true, untilRefused = false, faultMs = FAULT_MS } = {},
  ): Promise<Finding> => {
    const ledger = await rig.ledger(instance, { eventIds: false });
    const { pid } = instance.child.process;
    ledger.start(CONNECTIONS);
    await atWork(ledger);
    await begin();
    if (readinessTells) {
      await until(async () => (await instance.get('/health/ready')).status === 503);
      expect(await instance.get('/health/live')).toMatchObject({ status: 200 });
    }
    await pause(faultMs);
    if (untilRefused) await until(() => ledger.tally().refused > 0);
    await end();
    const endedAt = performance.now();
    await atWork(ledger, 1);
    await until(async () => (await instance.get('/health/ready')).status === 200);
    const backAfter = Math.round(performance.now() - endedAt);
    await atWork(ledger);
    await ledger.stop();
    // On a machine that is busy with other work it takes longer; the test's own time limit is the limit then.
    if (FULL) expect(backAfter).toBeLessThan(10_000);
    expect(instance.child.process).toMatchObject({ pid, exitCode: null });
    return judge(drill, ledger, `back after ${backAfter} ms`);
  };

  it('of the database, down at the start: the service waits, says so, and serves when it comes', async () => {
    await rig.proxy.refuse();
    instance = await rig.startInstance();
    const ledger = await rig.ledger(instance, { eventIds: false });
    expect(await instance.get('/health/ready')).toMatchObject({ status: 503 });
    expect(await ledger.sendNext()).toMatchObject({ fate: 'refused', status: 503 });
    await until(() => instance.child.output().includes('waiting for the database'));
    await rig.proxy.heal();
    await until(async () => (await instance.get('/health/ready')).status === 200);
    await rig.createCustomer(instance);
    expect(await ledger.sendNext()).toMatchObject({ fate: 'acknowledged', status: 201 });
    await judge('database down at the start', ledger);
  }, 60_000);

  describe('of the database', () => {
    beforeEach(serving, 60_000);

    it('connections reset, and refused', async () => {
      const found = await strike(
        'connections reset and refused',
        () => rig.proxy.refuse(),
        () => rig.proxy.heal(),
      );
      expect(found.refused).toBeGreaterThan(0);
    }, 90_000);

    it('stopped and started', async () => {
      const found = await strike(
        'database stopped and started',
        () => rig.stopDatabase(),
        () => rig.startDatabase(),
      );
      expect(found.refused).toBeGreaterThan(0);
    }, 90_000);

    it('killed with -9, and started again', async () => {
      await strike(
        'database killed -9',
        async () => process.kill(rig.postmaster(), 'SIGKILL'),
        () => Promise.resolve(),
        { readinessTells: false },
      );
    }, 90_000);

    it('one backend killed', async () => {
      const kill = (): Promise<unknown> =>
        rig.query(
          "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity AS a WHERE a.application_name = 'customer-events' LIMIT 1",
        );
      await strike(
        'one backend terminated, again and again',
        async () => {
          for (let times = 0; times < 10; times++) {
            await kill();
            await pause(50);
          }
        },
        () => Promise.resolve(),
        { readinessTells: false, faultMs: 0 },
      );
    }, 90_000);

    it('half-open: packets vanish on the connections that are open', async () => {
      await strike(
        'half-open connections',
        async () => rig.proxy.blackHoleOpen(),
        () => Promise.resolve(),
        { readinessTells: false, faultMs: 0 },
      );
    }, 90_000);

    it('a black hole: packets vanish, on new connections too', async () => {
      const found = await strike(
        'all packets vanish',
        async () => rig.proxy.blackHole(),
        () => rig.proxy.heal(),
        { untilRefused: true, faultMs: FULL ? 12_000 : 0 },
      );
      expect(found.refused).toBeGreaterThan(0);
    }, 90_000);

    it('a lock that exhausts the pool', async () => {
      let release: () => Promise<void>;
      const found = await strike(
        'tables locked for long',
        async () =>
          (release = await rig.session('BEGIN; LOCK TABLE customer_events, customers IN ACCESS EXCLUSIVE MODE')),
        () => release(),
        // The database responds; only where all connections wait for the lock does readiness wait too long for one.
        { readinessTells: false, untilRefused: true, faultMs: FULL ? 10_000 : 0 },
      );
      expect(found.refused).toBeGreaterThan(0);
    }, 90_000);

    it('read-only, as a standby', async () => {
      const readOnly = async (value: 'on' | 'off'): Promise<void> => {
        await rig.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
        await rig.query('SELECT pg_reload_conf()');
      };
      const found = await strike(
        'read-only',
        () => readOnly('on'),
        () => readOnly('off'),
      );
      expect(found.refused).toBeGreaterThan(0);
    }, 90_000);

    // They need rights that a build machine may not give.
    if (FULL) {
      it('its disk full', async () => {
        const disk = mkdtempSync(join(tmpdir(), 'drill-disk-'));
        if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]).status !== 0) {
          findings.push('disk full: not run, it needs the right to mount a tmpfs');
          return;
        }
        try {
          chmodSync(disk, 0o777);
          const folder = join(disk, 'space');
          const { uid, gid } = statSync(join(await dataDirectory(), 'PG_VERSION'));
          mkdirSync(folder);
          spawnSync('chown', [`${uid}:${gid}`, folder]);
          await rig.query(`CREATE TABLESPACE small LOCATION '${folder}'`);
          await rig.query('TRUNCATE customer_events');
          await rig.query('ALTER TABLE customer_events SET TABLESPACE small');
          const filler = join(disk, 'filler');
          const found = await strike(
            'disk full (the table on a full tmpfs)',
            async () => spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k']),
            async () => rmSync(filler),
            { readinessTells: false },
          );
          expect(found.refused).toBeGreaterThan(0);
          await rig.query('ALTER TABLE customer_events SET TABLESPACE pg_default');
          await rig.query('DROP TABLESPACE small');
        } finally {
          spawnSync('umount', ['-l', disk]);
          rmSync(disk, { recursive: true, force: true });
        }
      }, 120_000);

      it('fdatasync fails: PostgreSQL panics and recovers', async () => {
        if (spawnSync('strace', ['-e', 'trace=none', 'true']).status !== 0) {
          findings.push('fsync error: not run, it needs strace');
          return;
        }
        await strike(
          'fdatasync fails with EIO',
          async () => {
            // On the session that writes: it is the one that syncs the log at its commit.
            const backends = await rig.query<{ pid: number }>(
              "SELECT a.pid FROM pg_stat_activity AS a WHERE a.application_name = 'customer-events'",
            );
            const pids = backends.flatMap(({ pid }) => ['-p', String(pid)]);
            const tracer = spawn(
              'strace',
              ['-qq', '-o', '/dev/null', '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO:when=1', ...pids],
              { stdio: 'ignore' },
            );
            await new Promise((resolve) => tracer.once('exit', resolve));
          },
          () => Promise.resolve(),
          { readinessTells: false },
        );
      }, 120_000);
    }

    const dataDirectory = async (): Promise<string> => {
      const [row] = await rig.query<{ data_directory: string }>('SHOW data_directory');
      return (row as { data_directory: string }).data_directory;
    };
  });

  describe('of the service', () => {
    beforeEach(serving, 60_000);

    it('SIGTERM with 200 posts in flight: every one gets a response, and is stored', async () => {
      const ledger = await rig.ledger(instance, { eventIds: false });
      const release = await rig.session('BEGIN; LOCK TABLE customer_events IN ACCESS EXCLUSIVE MODE');
      const posts = Array.from({ length: 200 }, () => ledger.sendNext());
      // The request for the metrics is one, too.
      await until(async () => /^http_requests_in_flight 20[01]$/m.test((await instance.get('/metrics')).body));
      await until(async () => (await waiting()) > 0);
      instance.child.kill('SIGTERM');
      // Readiness tells no more, because nobody new is let in.
      await until(async () => (await instance.get('/health/ready')).status === 0);
      expect(instance.child.process.exitCode).toBeNull();
      await release();
      await Promise.all(posts);
      expect(await instance.child.ends()).toEqual({ code: 0, signal: null });
      const found = await judge('SIGTERM with 200 posts under way', ledger, 'exit status 0');
      expect(found).toMatchObject({ sent: 200, acknowledged: 200, rows: 200 });
    }, 60_000);

    it('SIGTERM under load: what was accepted gets its response', async () => {
      const ledger = await rig.ledger(instance, { eventIds: true });
      ledger.start(CONNECTIONS);
      await atWork(ledger, 300);
      instance.child.kill('SIGTERM');
      expect(await instance.child.ends()).toEqual({ code: 0, signal: null });
      await ledger.stop();
      await judge('SIGTERM under load', ledger, 'exit status 0; unknown: sent when nothing listened any more');
    }, 60_000);

    it('a second signal ends it at once', async () => {
      const ledger = await rig.ledger(instance, { eventIds: false });
      const release = await rig.session('BEGIN; LOCK TABLE customer_events IN ACCESS EXCLUSIVE MODE');
      const post = ledger.sendNext();
      await until(async () => (await waiting()) > 0);
      instance.child.kill('SIGTERM');
      await pause(200);
      instance.child.kill('SIGTERM');
      expect(await instance.child.ends()).toEqual({ code: 1, signal: null });
      await post;
      await release();
    }, 20_000);

    it('killed with -9 under load, and started again: with eventIds every event is there exactly once', async () => {
      const ledger = await rig.ledger(instance, { eventIds: true });
      ledger.start(CONNECTIONS);
      for (let kills = 0; kills < (FULL ? 5 : 1); kills++) {
        await atWork(ledger, 200);
        await rig.stopInstances();
        instance = await rig.startInstance({ PORT: String(instance.port) });
      }
      await ledger.stop();
      await judge('service killed -9 under load', ledger);
      await ledger.retryAll();
      const { rows } = await judge('… and after retries with eventIds', ledger);
      expect(rows).toBe(ledger.entries.length);
    }, 120_000);

    it('PostgreSQL killed with -9 under load: after retries every event is there exactly once', async () => {
      const ledger = await rig.ledger(instance, { eventIds: true });
      ledger.start(CONNECTIONS);
      for (let kills = 0; kills < (FULL ? 5 : 1); kills++) {
        await atWork(ledger, 200);
        process.kill(rig.postmaster(), 'SIGKILL');
      }
      await atWork(ledger, 200);
      await ledger.stop();
      await judge('database killed -9 under load', ledger);
      await ledger.retryAll();
      const { rows } = await judge('… and after retries with eventIds', ledger);
      expect(rows).toBe(ledger.entries.length);
    }, 120_000);

    const waiting = async (): Promise<number> =>
      (
        await rig.query(
          "SELECT 1 FROM pg_stat_activity AS a WHERE a.application_name = 'customer-events' AND a.wait_event_type = 'Lock'",
        )
      ).length;
  });

  it('of the service: clients that hang cannot hold up the end', async () => {
    await restart({ SHUTDOWN_GRACE_MS: '1000' });
    const sockets = [
      '',
      'POST /api/v1/customer-events HTTP/1.1\r\n',
      `POST /api/v1/customer-events HTTP/1.1\r\nHost: a\r\nX-API-Key: ${rig.key}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
    ].map((sent) => {
      const socket = connect(instance.port, '127.0.0.1').on('error', () => {});
      socket.write(sent);
      return socket;
    });
    await pause(200);
    instance.child.kill('SIGTERM');
    expect(await instance.child.ends()).toEqual({ code: 0, signal: null });
    for (const socket of sockets) socket.destroy();
  }, 60_000);
});

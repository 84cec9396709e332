import { connect, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { built, startNode, until } from '../support/child.ts';
import { freePort } from '../support/service-process.ts';
import { Background } from './support/background.ts';
import { DrillRig, type Instance } from './support/drill-rig.ts';
import { isInstalled, Prometheus, shippedRules } from './support/prometheus.ts';
import { FULL } from '../support/drill.ts';

/** A bare machine has no Prometheus: there test/docs/alerts.spec.ts and test/e2e/state-metrics.e2e.spec.ts have to do. */
const withPrometheus = isInstalled('prometheus') ? describe : describe.skip;
const full = (title: string, drill: () => Promise<void> | void): void => (FULL ? it : it.skip)(title, drill, 120_000);

const LOCK = 'BEGIN; LOCK TABLE customer_events IN ACCESS EXCLUSIVE MODE';
/** Nothing is given up: what waits goes on waiting. */
const PATIENT = {
  DATABASE_CONNECT_TIMEOUT_MS: '60000',
  DATABASE_STATEMENT_TIMEOUT_MS: '60000',
  DATABASE_READ_TIMEOUT_MS: '60000',
  DATABASE_LOCK_TIMEOUT_MS: '60000',
};

withPrometheus('With a real Prometheus and its shipped rules', () => {
  let rig: DrillRig;
  let prometheus: Prometheus;
  let instance: Instance;
  let port: string;
  const background = new Background();
  const fired = new Map<string, string[]>();

  beforeAll(async () => {
    rig = await DrillRig.start();
    await rig.prepare();
    port = String(await freePort());
    prometheus = await Prometheus.start(`127.0.0.1:${port}`);
    await restart();
    await rig.createCustomer(instance);
  }, 60_000);
  afterEach(() => background.stop());
  afterAll(async () => {
    await prometheus.close();
    await rig.close();
    if (FULL) process.stdout.write(`\n${[...fired].map(([alert, all]) => `${alert}: ${all.join(', ')}`).join('\n')}\n`);
  }, 60_000);

  const ready = async (): Promise<boolean> => (await instance.get('/health/ready')).status === 200;
  /** The service, with other settings, at the address that Prometheus scrapes. */
  async function restart(settings: Record<string, string> = {}): Promise<void> {
    await rig.stopInstances();
    instance = await rig.startInstance({ PORT: port, LOG_LEVEL: 'error', ...settings });
    await until(ready);
  }
  const post = async (fields: object = {}): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/customer-events`, {
      method: 'POST',
      headers: { 'X-API-Key': rig.key, 'Content-Type': 'application/json' },
      body: JSON.stringify({ customerExternalId: 'user_42', type: 'order.placed', ...fields }),
    });
    await response.text();
    return response.status;
  };
  const read = async (): Promise<void> => {
    const path = `http://127.0.0.1:${port}/api/v1/customers/user_42/events`;
    await (await fetch(path, { headers: { 'X-API-Key': rig.key } })).text();
  };
  /**
   * The alert is silent before, fires for its fault, and resolves after it.
   *
   * @param fault is made here; what it returns ends it.
   */
  const proves = async (alert: string, fault: () => Promise<() => Promise<void>>): Promise<void> => {
    await prometheus.untilResolved(alert);
    const end = await fault();
    try {
      await prometheus.untilFiring(alert);
      fired.set(alert, await prometheus.firing());
    } finally {
      await background.stop();
      await end();
    }
    await prometheus.untilResolved(alert);
  };
  /** A lock on the events for as long as the fault lasts. */
  const locked = async (work: () => void): Promise<() => Promise<void>> => {
    const release = await rig.session(LOCK);
    work();
    return release;
  };

  it('the alert that the database is away fires and resolves without any request, and no other does', async () => {
    await prometheus.untilSilent();
    await proves('CustomerEventsDatabaseAway', async () => {
      await rig.proxy.refuse();
      return () => rig.proxy.heal();
    });
    expect(fired.get('CustomerEventsDatabaseAway')).toEqual(['CustomerEventsDatabaseAway']);
  }, 60_000);

  it('every panel of the dashboard shows something', async () => {
    background.repeat(1, () => post());
    background.repeat(1, () => post({ type: 'NO' }));
    const empty = async (): Promise<string[]> => {
      const shown = await Promise.all(panelQueries().map((query) => prometheus.query(query)));
      return panelQueries().filter((_, at) => !shown[at]?.some(({ value }) => value[1] !== 'NaN'));
    };
    // Nothing has been sent that is no request; the test of /metrics does that.
    await until(async () => (await empty()).every((query) => query.includes('http_unparsed_requests_total')));
  }, 60_000);

  full('an instance that ends is down', async () => {
    await proves('CustomerEventsDown', async () => {
      await rig.stopInstances();
      return () => restart();
    });
  });

  full('an instance that is started again and again is restarting', async () => {
    await proves('CustomerEventsRestarting', async () => {
      background.repeat(1, async () => {
        await rig.stopInstances();
        instance = await rig.startInstance({ PORT: port, LOG_LEVEL: 'error' });
        // Long enough for a scrape.
        await new Promise((next) => setTimeout(next, 600));
      });
      return () => until(ready);
    });
  });

  full('a job of another name is not scraped, as far as the rules know', async () => {
    await proves('CustomerEventsNotScraped', async () => {
      await prometheus.renameJob('service');
      return () => prometheus.renameJob('customer-events');
    });
  });

  full('a database that takes no writes makes the service not ready', async () => {
    await restart();
    const readOnly = async (state: 'on' | 'off'): Promise<void> => {
      await rig.query(`ALTER SYSTEM SET default_transaction_read_only = ${state}`);
      await rig.query('SELECT pg_reload_conf()');
    };
    await proves('CustomerEventsNotReady', async () => {
      await readOnly('on');
      return () => readOnly('off');
    });
    expect(fired.get('CustomerEventsNotReady')).not.toContain('CustomerEventsDatabaseAway');
  });

  full('a migration that is undone leaves the schema behind', async () => {
    const cli = resolve('node_modules/typeorm/cli.js');
    await proves('CustomerEventsSchemaBehind', async () => {
      const env = { ...process.env, DATABASE_URL: rig.directUrl };
      const child = startNode([cli, 'migration:revert', '-d', built('ormconfig.js')], { env });
      const { code } = await child.ends();
      if (code !== 0) throw new Error(child.output());
      return async () => void (await rig.cli('migrate'));
    });
  });

  full('a lock that is held fails statements', async () => {
    await restart({ DATABASE_LOCK_TIMEOUT_MS: '100' });
    await proves('CustomerEventsStorageFailures', () => locked(() => background.repeat(1, read)));
  });

  full('a table that is gone is a fault', async () => {
    await restart();
    await proves('CustomerEventsFaults', async () => {
      await rig.query('ALTER TABLE customer_events RENAME TO gone');
      background.repeat(1, () => post());
      return async () => void (await rig.query('ALTER TABLE gone RENAME TO customer_events'));
    });
  });

  full('more requests than may be in flight are refused', async () => {
    await restart({ MAX_REQUESTS_IN_FLIGHT: '1' });
    await proves('CustomerEventsRefusing', async () => {
      background.repeat(20, () => post());
      return () => Promise.resolve();
    });
    expect(fired.get('CustomerEventsRefusing')).not.toContain('CustomerEventsStorageFailures');
  });

  full('events that take longer than a second are slow', async () => {
    await restart(PATIENT);
    await proves('CustomerEventsSlow', async () => {
      background.repeat(1, async () => {
        const release = await rig.session(LOCK);
        const sent = [post(), post()];
        await new Promise((next) => setTimeout(next, 1_200));
        await release();
        await Promise.all(sent);
      });
      return () => Promise.resolve();
    });
  });

  full('events that wait fill the queue', async () => {
    await restart({ ...PATIENT, INGEST_QUEUE_EVENTS: '100' });
    await proves('CustomerEventsQueueFilling', () => locked(() => background.once(90, () => post())));
  });

  full('more reads than connections exhaust the pool', async () => {
    await restart(PATIENT);
    await proves('CustomerEventsPoolExhausted', () => locked(() => background.once(30, read)));
  });

  full('a process that gets no CPU has an event loop that lags', async () => {
    await restart();
    await proves('CustomerEventsEventLoopLag', async () => {
      background.repeat(1, async () => {
        instance.child.kill('SIGSTOP');
        await new Promise((next) => setTimeout(next, 300));
        instance.child.kill('SIGCONT');
        await new Promise((next) => setTimeout(next, 30));
      });
      return () => Promise.resolve();
    });
  });

  full('connections beyond the limit are dropped', async () => {
    await restart({ MAX_CONNECTIONS: '10' });
    await proves('CustomerEventsConnectionsDropped', async () => {
      const sockets: Socket[] = [];
      // At the limit no scrape could come through a new connection; Prometheus has its own already.
      background.repeat(1, async () => {
        sockets.splice(0).forEach((socket) => socket.destroy());
        for (let n = 0; n < 20; n++) sockets.push(connect(Number(port), '127.0.0.1').on('error', () => {}));
        await new Promise((next) => setTimeout(next, 300));
      });
      return async () => sockets.forEach((socket) => socket.destroy());
    });
  });

  full('events that are rejected for their content are', async () => {
    await restart();
    await proves('CustomerEventsRejected', async () => {
      background.repeat(1, () => post({ type: 'NO' }));
      return () => Promise.resolve();
    });
  });

  full('a purge that another process holds and does not end is behind', async () => {
    await rig.query("UPDATE apps SET retention = '*=P1D'");
    await rig.query(`INSERT INTO purge_runs (app_id, rules, started_at, deleted, holder, held_until)
      SELECT id, retention, now() - interval '2 days', 0, 'another process', now() + interval '1 hour' FROM apps`);
    await proves('CustomerEventsPurgeBehind', async () => {
      await restart();
      return async () => {
        await rig.query('UPDATE purge_runs SET holder = NULL');
        await restart();
      };
    });
  });

  full('no rule is left that did not fire', () => {
    expect([...fired.keys()].toSorted()).toEqual(
      shippedRules()
        .map(({ alert }) => alert)
        .toSorted(),
    );
  });
});

/** What the dashboard asks, as Grafana would send it for all instances. */
function panelQueries(): string[] {
  const { panels } = JSON.parse(readFileSync('ops/grafana-dashboard.json', 'utf8')) as {
    panels: { targets?: { expr: string }[] }[];
  };
  return panels
    .flatMap(({ targets = [] }) => targets)
    .map(({ expr }) =>
      expr
        .replaceAll('$job', 'customer-events')
        .replaceAll('$instance', '.*')
        .replaceAll('$__rate_interval', '4s')
        .replaceAll('$__range', '4s'),
    );
}

import pg from 'pg';
import type { Request } from 'autocannon';
import { citusPrograms, CitusCluster } from '../../test/support/citus-cluster.ts';
import { API, batchRequests, CUSTOMERS, eventRequests, rowCounter, service, type Context } from '../context.ts';
import type { Database, Engine } from '../engine.ts';
import { httpSubject, type HttpLoad } from '../http-load.ts';
import { runPairs } from '../measurement.ts';
import { ratioTable, subjectTable, type SuiteReport, type Target } from '../report.ts';
import { createServiceDatabase, distribute, externalId } from '../service.ts';

const BATCH_EVENTS = 500;
/** In a cluster several shards are written at a time. */
const POOL_SIZE = '30';
const ONE_CALLER: readonly Target[] = [{ metric: 'p50Ms', atMost: 2.5 }, { metric: 'p99Ms' }];
const MANY_CALLERS: readonly Target[] = [{ metric: 'perSecond' }, { metric: 'p50Ms' }];

type Load = Pick<HttpLoad, 'connections' | 'requestsOf' | 'eventsPerRequest' | 'stampEventIds'>;

/**
 * A cluster of a coordinator and two workers against one PostgreSQL of the same version: all on this machine, so that
 * it shows what distribution costs, and not what more machines give.
 */
export async function citus(context: Context): Promise<SuiteReport> {
  const { options } = context;
  const bin = citusPrograms();
  if (bin === undefined) throw new Error('citus needs TEST_CITUS_BIN: the folder "bin" of a PostgreSQL with Citus');
  const cluster = await CitusCluster.start(bin);
  const pools: pg.Pool[] = [];
  try {
    const open = (name: string, url: string): Database => {
      const pool = new pg.Pool({ connectionString: url, max: 2 });
      pool.on('error', () => {});
      pools.push(pool);
      return { name, url, query: async (sql, parameters) => (await pool.query(sql, parameters)).rows };
    };
    await cluster.query('CREATE DATABASE plain');
    const plainUrl = new URL(cluster.url);
    plainUrl.pathname = '/plain';
    const plain = await createServiceDatabase(on(open('plain', plainUrl.toString())), 'plain', CUSTOMERS);
    const distributed = await createServiceDatabase(on(open('citus', cluster.url)), 'citus', CUSTOMERS);
    await distribute(distributed, 'events');
    const settings = { DATABASE_POOL_SIZE: POOL_SIZE };
    const servers = {
      citus: { database: distributed, server: await service(context, distributed, settings) },
      plain: { database: plain, server: await service(context, plain, settings) },
    };

    const compared = async (what: string, loadOf: (headers: Record<string, string>) => Load, isRead = false) => {
      const subject = (name: 'citus' | 'plain') =>
        httpSubject({
          name: `${what}, ${name}`,
          server: servers[name].server,
          ...(isRead ? {} : { countRows: rowCounter(servers[name].database) }),
          prepare: () => cluster.query('CHECKPOINT').then(() => undefined),
          ...loadOf({ 'X-API-Key': servers[name].database.key }),
        });
      return runPairs(subject('citus'), subject('plain'), options);
    };
    const events = (connections: number, withEventIds: boolean) => (headers: Record<string, string>) => ({
      connections,
      requestsOf: eventRequests(`${API}/customer-events`, headers, withEventIds),
      stampEventIds: withEventIds,
    });
    const one = await compared('an event, one caller', events(1, false));
    const keyed = await compared('an event with an eventId, one caller', events(1, true));
    const page = await compared(
      'a page of 50, one caller',
      (headers) => ({ connections: 1, requestsOf: () => pages(headers) }),
      true,
    );
    const many = await compared('an event, 64 callers', events(64, false));
    const manyKeyed = await compared('an event with an eventId, 64 callers', events(64, true));
    const batches = await compared(`batches of ${BATCH_EVENTS} of ${CUSTOMERS} customers, 4 callers`, (headers) => ({
      connections: 4,
      requestsOf: batchRequests(headers, BATCH_EVENTS),
      eventsPerRequest: BATCH_EVENTS,
    }));
    const all = [one, keyed, page, many, manyKeyed, batches];
    return {
      suite: 'citus',
      title: 'Citus (a coordinator and two workers) against one PostgreSQL of the same version, all on this machine.',
      body: [
        subjectTable(all, 'requests'),
        ratioTable(all.map((comparison, index) => ({ comparison, targets: index < 3 ? ONE_CALLER : MANY_CALLERS }))),
      ].join('\n\n'),
    };
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
    await cluster.close();
  }
}

/** Of the engine, only that databases are made; here they are there already. */
const on = (database: Database): Pick<Engine, 'createDatabase'> => ({ createDatabase: async () => database });

const pages = (headers: Record<string, string>): Request[] =>
  Array.from({ length: 64 }, (_, index) => ({
    method: 'GET' as const,
    path: `${API}/customers/${externalId(index)}/events?limit=50`,
    headers,
  }));

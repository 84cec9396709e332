import type { Request } from 'autocannon';
import {
  API,
  CUSTOMERS,
  eventRequests,
  peer,
  post,
  REQUESTS_PER_CONNECTION,
  rowCounter,
  service,
  type Context,
} from '../context.ts';
import { eventSource } from '../events.ts';
import { httpSubject, type HttpLoad } from '../http-load.ts';
import { runPairs, type Comparison } from '../measurement.ts';
import { ratioTable, subjectTable, type SuiteReport, type Target } from '../report.ts';
import { createServiceDatabase } from '../service.ts';

const CONNECTIONS = 64;

type Peer = Pick<HttpLoad, 'name' | 'requestsOf'> & {
  readonly script: string;
  /** Null: it has no database. */
  readonly table: string | null;
  readonly targets: readonly Target[];
};

const PEERS: readonly Peer[] = [
  {
    name: 'node:http echo',
    script: 'node-http',
    table: null,
    requestsOf: eventRequests('/customer-events', {}),
    targets: [{ metric: 'cpuMicros', atMost: 2.5 }],
  },
  {
    name: 'Fastify + pg',
    script: 'fastify-pg',
    table: 'customer_events',
    requestsOf: eventRequests('/customer-events', {}),
    targets: [
      { metric: 'perSecond', atLeast: 2.5 },
      { metric: 'p99Ms', atMost: 0.6 },
    ],
  },
  {
    name: 'Nest + TypeORM save',
    script: 'nest-typeorm',
    table: 'customer_events',
    requestsOf: eventRequests('/customer-events', {}),
    targets: [{ metric: 'perSecond', atLeast: 8 }],
  },
  {
    name: 'Parse Server',
    script: 'parse-server',
    table: '"CustomerEvent"',
    requestsOf: parseRequests,
    targets: [{ metric: 'perSecond', atLeast: 6 }],
  },
];

/** Parse Server wants instants as objects; everything else is the same. */
function parseRequests(connection: number): Request[] {
  const nextEvent = eventSource(connection, CUSTOMERS, false);
  return Array.from({ length: REQUESTS_PER_CONNECTION }, () => {
    const event = nextEvent();
    return post(
      '/parse/classes/CustomerEvent',
      { 'X-Parse-Application-Id': 'bench' },
      {
        ...event,
        occurredAt: { __type: 'Date', iso: event.occurredAt },
      },
    );
  });
}

/** One event per request, many connections. */
export async function single(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  const prepare = (): Promise<void> => engine.checkpoint();
  const database = await createServiceDatabase(engine, 'bench_single', CUSTOMERS);
  const server = await service(context, database);
  const subject = (name: string, withEventIds: boolean) =>
    httpSubject({
      ...{ name, server, prepare, connections: CONNECTIONS },
      requestsOf: eventRequests(`${API}/customer-events`, { 'X-API-Key': database.key }, withEventIds),
      stampEventIds: withEventIds,
      countRows: rowCounter(database),
    });
  const ours = subject('Customer Events', options.withEventIds);
  const rows: { comparison: Comparison; targets: readonly Target[] }[] = [];
  if (!options.withEventIds) {
    const keyed = subject('Customer Events, with an eventId', true);
    rows.push({ comparison: await runPairs(keyed, ours, options), targets: [{ metric: 'perSecond', atLeast: 0.8 }] });
  }
  for (const { name, script, table, requestsOf, targets } of PEERS) {
    const peerDatabase = table === null ? null : await engine.createDatabase(`bench_${script.replace('-', '_')}`);
    const peerServer = await peer(context, script, peerDatabase);
    const theirs = httpSubject({
      name,
      server: peerServer,
      connections: CONNECTIONS,
      requestsOf,
      countRows: peerDatabase === null || table === null ? undefined : rowCounter(peerDatabase, table),
      prepare,
    });
    rows.push({ comparison: await runPairs(ours, theirs, options), targets });
    await peerServer.stop();
  }
  const eventIds = options.withEventIds ? ' Each event has an `eventId` of its own; the peers do not look at it.' : '';
  return {
    suite: 'single',
    title: `One event of about 150 bytes per request, ${CONNECTIONS} connections, ${CUSTOMERS} customers.${eventIds}`,
    body: `${subjectTable(
      rows.map(({ comparison }) => comparison),
      'events',
    )}\n\n${ratioTable(rows)}`,
  };
}

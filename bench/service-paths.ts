import type { Request } from 'autocannon';
import { putRules, sessionOf } from './agent-page.ts';
import { API, batchRequests, CUSTOMERS, eventRequests, rowCounter, type Context } from './context.ts';
import { eventTypes } from './events.ts';
import { writeHistory, type HistoryFiles } from './history-files.ts';
import { httpSubject, type HttpLoad } from './http-load.ts';
import { largeDatabase } from './large-table.ts';
import { longCustomerDatabase, type LongCustomerDatabase } from './long-customer.ts';
import type { Subject } from './measurement.ts';
import { CONNECTIONS, PAGE, rotated, someCustomers } from './reading.ts';
import { sendHistory } from './send-history.ts';
import type { ServerProcess } from './server-process.ts';
import { createServiceDatabase, startService, type ServiceDatabase } from './service.ts';

const BATCH = 500;
const EVENTS_OF_LONG_CUSTOMER = 100_000;
const OTHERS = 100;

/** A path of requests through the service, and what one of it is: an event, a request. */
export interface ServicePath {
  readonly name: string;
  readonly database: ServiceDatabase;
  /** The service that it goes to, with its defaults but for limits that would measure themselves. */
  start(start?: { readonly script?: string | undefined; readonly node?: string | undefined }): Promise<ServerProcess>;
  subject(server: ServerProcess): Promise<Subject> | Subject;
}

/** All paths that a request may take: events of single requests, batches and an import, and what is read. */
export async function servicePaths(context: Context): Promise<ServicePath[]> {
  const { engine, options } = context;
  const written = await createServiceDatabase(engine, 'bench_paths', CUSTOMERS);
  const large = await largeDatabase(engine, options.rows);
  const long = await longCustomerDatabase(engine, EVENTS_OF_LONG_CUSTOMER, OTHERS);
  const history = writeHistory(engine.folder, written.appId, options.lines, CUSTOMERS, false);
  const types = eventTypes(options.types);
  const path = (name: string, database: ServiceDatabase, subject: ServicePath['subject']): ServicePath => ({
    ...{ name, database, subject },
    start: ({ script, node } = {}) =>
      context.started(startService(engine, database, undefined, script, SETTINGS, node)),
  });
  const load = (name: string, database: ServiceDatabase, more: Omit<HttpLoad, 'name' | 'server'>): ServicePath =>
    path(name, database, (server) => httpSubject({ name, server, prepare: () => engine.checkpoint(), ...more }));
  const reading = (name: string, rest: string, connections = CONNECTIONS): ServicePath =>
    load(name, large, {
      connections,
      requestsOf: (connection): Request[] =>
        rotated(someCustomers(large), connection).map((customer) => ({
          ...{ method: 'GET', path: `${API}/customers/${customer}/events${rest}`, headers: keyOf(large) },
        })),
    });
  const single = (withEventIds: boolean): Omit<HttpLoad, 'name' | 'server'> => ({
    connections: 64,
    requestsOf: eventRequests(`${API}/customer-events`, keyOf(written), withEventIds, CUSTOMERS, types),
    stampEventIds: withEventIds,
    countRows: rowCounter(written),
  });
  const batch = (withEventIds: boolean): Omit<HttpLoad, 'name' | 'server'> => ({
    ...{ connections: 4, eventsPerRequest: BATCH },
    requestsOf: batchRequests(keyOf(written), BATCH, { withEventIds, types }),
    stampEventIds: withEventIds,
    countRows: rowCounter(written),
  });
  return [
    load('single event', written, single(false)),
    load('single event with an eventId', written, single(true)),
    load(`event of a batch of ${BATCH}`, written, batch(false)),
    load(`event of a batch of ${BATCH} with eventIds`, written, batch(true)),
    path('event of an import', written, (server) => importSubject(server, written, history)),
    reading(`page of ${PAGE}`, ''),
    reading(`page of ${PAGE} with displays`, '?display=true'),
    path(`${PAGE} entries of the agent page`, long, (server) => entriesSubject(server, long)),
    reading('summary', '/summary'),
    reading('export of 1,000 events', '/export', 2),
  ];
}

const SETTINGS = { SESSION_READ_LIMITS: '0' };

const keyOf = ({ key }: ServiceDatabase): Record<string, string> => ({ 'X-API-Key': key });

/** One whole file at a time, until the time is over. */
function importSubject(server: ServerProcess, database: ServiceDatabase, history: HistoryFiles): Subject {
  return {
    name: 'import',
    measure: async (seconds) => {
      const [before, startedAt] = [await server.usage(), performance.now()];
      let lines = 0;
      do {
        const { status, body } = await sendHistory(server, database, history.ndjson);
        if (status >= 300) throw new Error(`import: ${status} ${body}`);
        lines += history.lines;
      } while (performance.now() - startedAt < seconds * 1_000);
      const elapsedMs = performance.now() - startedAt;
      const { cpuMicros } = await server.usage();
      return { perSecond: (lines * 1_000) / elapsedMs, cpuMicros: (cpuMicros - before.cpuMicros) / lines };
    },
  };
}

async function entriesSubject(server: ServerProcess, database: LongCustomerDatabase): Promise<Subject> {
  await putRules(server, database);
  const requests: Request[] = [];
  for (const customer of database.others) {
    const { token } = await sessionOf(server, database, customer);
    const headers = { Authorization: `Bearer ${token}` };
    requests.push({ method: 'GET', path: `/embed/api/entries?limit=${PAGE}&tz=Europe/Berlin&quiet=fold`, headers });
  }
  const requestsOf = (connection: number): Request[] => rotated(requests, connection);
  return httpSubject({ name: 'entries', server, connections: CONNECTIONS, requestsOf });
}

import { execFileSync } from 'node:child_process';
import type { Request } from 'autocannon';
import { putRules, sessionOf } from '../agent-page.ts';
import { API, batchRequests, CUSTOMERS, eventRequests, type Context } from '../context.ts';
import { OWNERS, sharesOf } from '../cpu-profile.ts';
import { writeHistory, type HistoryFiles } from '../history-files.ts';
import { httpSubject, type HttpLoad } from '../http-load.ts';
import { largeDatabase } from '../large-table.ts';
import { longCustomerDatabase } from '../long-customer.ts';
import { median, type Measurement, type Subject } from '../measurement.ts';
import { CONNECTIONS, PAGE, rotated, someCustomers } from '../reading.ts';
import { figure, table, type SuiteReport } from '../report.ts';
import { sendHistory } from '../send-history.ts';
import type { ServerProcess } from '../server-process.ts';
import { createServiceDatabase, startService, type ServiceDatabase } from '../service.ts';

const BATCH = 500;
const EVENTS_OF_LONG_CUSTOMER = 100_000;
const OTHERS = 100;

interface Rig {
  readonly context: Context;
  readonly written: ServiceDatabase;
  readonly large: Awaited<ReturnType<typeof largeDatabase>>;
  readonly long: Awaited<ReturnType<typeof longCustomerDatabase>>;
  readonly history: HistoryFiles;
}

/** A path of requests through the service, and what one of it is: an event, a request. */
interface Path {
  readonly name: string;
  readonly database: ServiceDatabase;
  readonly subject: (server: ServerProcess) => Promise<Subject> | Subject;
}

/** Where the CPU of the service goes, path by path, on each version of Node. */
export async function budget(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  const written = await createServiceDatabase(engine, 'bench_budget', CUSTOMERS);
  const large = await largeDatabase(engine, options.rows);
  const long = await longCustomerDatabase(engine, EVENTS_OF_LONG_CUSTOMER, OTHERS);
  const history = writeHistory(engine.folder, written.appId, options.lines, CUSTOMERS, false);
  const rig = { context, written, large, long, history };
  const tables: string[] = [];
  for (const node of options.nodes) {
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1);
    console.log(`  Node ${version}`);
    const rows: string[][] = [];
    for (const path of pathsOf(rig)) rows.push(await budgetOf(rig, path, node));
    tables.push(`### Node ${version}\n\n${table(['µs of CPU for one', 'all', ...OWNERS], rows)}`);
  }
  return {
    suite: 'budget',
    title:
      `Where the service's CPU goes, in microseconds for one event (writing) or one request (reading); pages, summaries and ` +
      `exports from ${options.rows.toLocaleString('en')} events, entries of customers with 1,000. All threads are counted, and divided as the samples of ` +
      'the main thread are; the profiler itself adds to all of it. What has no file, such as `JSON.parse`, counts as its ' +
      'caller; `V8` is what has none either: compiling, and the kernel.',
    runs: `medians of ${options.pairs} runs of ${options.seconds} s`,
    body: tables.join('\n\n'),
  };
}

async function budgetOf({ context }: Rig, { name, database, subject }: Path, node: string): Promise<string[]> {
  const { engine, options } = context;
  const server = await context.started(startService(engine, database, undefined, undefined, SETTINGS, node));
  const runs: { measurement: Measurement; shares: ReturnType<typeof sharesOf> }[] = [];
  const load = await subject(server);
  await load.measure(options.warmUpSeconds);
  for (let run = 0; run < options.pairs; run++) {
    await load.prepare?.();
    const end = await server.profile();
    const measurement = await load.measure(options.seconds);
    runs.push({ measurement, shares: sharesOf(await end()) });
  }
  await server.stop();
  const micros = median(runs.map(({ measurement }) => measurement.cpuMicros ?? Number.NaN));
  console.log(`  ${name}: ${figure(micros)} µs`);
  const ofOwner = OWNERS.map((owner) => figure(micros * median(runs.map(({ shares }) => shares.get(owner) ?? 0))));
  return [name, figure(micros), ...ofOwner];
}

const SETTINGS = { SESSION_READ_LIMITS: '0' };

function pathsOf({ context, written, large, long, history }: Rig): Path[] {
  const prepare = (): Promise<void> => context.engine.checkpoint();
  const keyOf = ({ key }: ServiceDatabase) => ({ 'X-API-Key': key });
  const load = (name: string, database: ServiceDatabase, more: Omit<HttpLoad, 'name' | 'server'>): Path => ({
    ...{ name, database },
    subject: (server) => httpSubject({ name, server, prepare, ...more }),
  });
  const reading = (name: string, path: (customer: string) => string, connections = CONNECTIONS): Path =>
    load(name, large, {
      connections,
      requestsOf: (connection): Request[] =>
        rotated(someCustomers(large), connection).map((customer) => ({
          ...{ method: 'GET', path: `${API}/customers/${customer}/events${path(customer)}`, headers: keyOf(large) },
        })),
    });
  const events = (withEventIds: boolean): Omit<HttpLoad, 'name' | 'server'> => ({
    connections: 64,
    requestsOf: eventRequests(`${API}/customer-events`, keyOf(written), withEventIds),
    stampEventIds: withEventIds,
  });
  return [
    load('single event', written, events(false)),
    load('single event with an eventId', written, events(true)),
    load(`event of a batch of ${BATCH}`, written, {
      ...{ connections: 4, eventsPerRequest: BATCH, requestsOf: batchRequests(keyOf(written), BATCH) },
    }),
    { name: 'event of an import', database: written, subject: (server) => importSubject(server, written, history) },
    reading(`page of ${PAGE}`, () => ''),
    reading(`page of ${PAGE} with displays`, () => '?display=true'),
    { name: `${PAGE} entries of the agent page`, database: long, subject: (server) => entriesSubject(server, long) },
    reading('summary', () => '/summary'),
    reading('export of 1,000 events', () => '/export', 2),
  ];
}

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

async function entriesSubject(server: ServerProcess, database: Rig['long']): Promise<Subject> {
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

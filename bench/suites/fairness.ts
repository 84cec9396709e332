import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { API, CUSTOMERS, eventRequests, service, type Context } from '../context.ts';
import { writeHistory } from '../history-files.ts';
import { httpSubject } from '../http-load.ts';
import { runPairs, type Comparison, type Measurement, type Subject } from '../measurement.ts';
import { ratioTable, subjectTable, type SuiteReport } from '../report.ts';
import { sendHistory } from '../send-history.ts';
import type { ServerProcess } from '../server-process.ts';
import { createServiceDatabase, externalId, withNewApp, type ServiceDatabase } from '../service.ts';

/** What the tenant that is measured sends. */
const RATE = 200;
const CONNECTIONS = 16;
const LONG_HISTORY = 200_000;
const LARGE_EVENTS = 400;
const LINES = 200_000;
const P99_AT_MOST = 5;

/** What the other tenant does without a pause, over so many connections. */
interface Neighbour {
  readonly name: string;
  readonly connections: number;
  readonly path: string;
  /** Posted as JSON; without it, the path is read. */
  readonly body?: object;
}

const RULES = 5_000;
/** The default: dearer requests may be sent at a lower rate. Of the events there is no limit, as in all suites. */
const READ_LIMITS = '20000/10';

const LONG = `${API}/customers/${externalId(0)}`;
const LARGE = `${API}/customers/${externalId(1)}`;
const WITHOUT_A_MATCH = Array.from({ length: 50 }, (_, n) => `type=zz${n}.*`).join('&');

const NEIGHBOURS: readonly Neighbour[] = [
  { name: '40 filtered pages without a match', connections: 40, path: `${LONG}/events?limit=1&${WITHOUT_A_MATCH}` },
  { name: '200 summaries', connections: 200, path: `${LONG}/events/summary` },
  { name: '20 contexts of large events', connections: 20, path: `${LARGE}/context?limit=200` },
  { name: '300 reads of a customer', connections: 300, path: LONG },
  { name: `20 lists of ${RULES} display rules`, connections: 20, path: `${API}/event-types` },
  {
    name: '20 previews of a rule',
    connections: 20,
    path: `${API}/event-types/preview`,
    body: { rule: { title: '{payload.id}' }, event: { type: 'order.t1', payload: { id: 1 } } },
  },
  {
    name: '60 new embed sessions',
    connections: 60,
    path: `${API}/embed/sessions`,
    body: { customerExternalId: externalId(0), viewer: { id: 'agent_1' } },
  },
];

/** One tenant's single events beside what another tenant does without a pause, against the same alone. */
export async function fairness(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  const database = await createServiceDatabase(engine, 'bench_fairness', CUSTOMERS);
  const other = await withNewApp(database, 'neighbour', 2);
  await fill(other);
  const server = await service(context, database, { READ_LIMITS });
  await putRules(server, other.key);
  const alone: Subject = httpSubject({
    name: `${RATE} single events/s`,
    server,
    connections: CONNECTIONS,
    rate: RATE,
    requestsOf: eventRequests(`${API}/customer-events`, { 'X-API-Key': database.key }),
  });
  const beside = (name: string, load: (isOver: () => boolean) => Promise<void>): Subject => ({
    ...alone,
    name: `${alone.name}, beside ${name}`,
    measure: (seconds) => besideLoad(load, () => alone.measure(seconds)),
  });
  const comparisons: Comparison[] = [];
  for (const neighbour of NEIGHBOURS) {
    const subject = beside(neighbour.name, (isOver) => flood(server, other.key, neighbour, isOver));
    comparisons.push(await runPairs(subject, alone, options));
  }
  const { ndjson } = writeHistory(engine.folder, other.appId, LINES, 2, false);
  const importing = beside('an import at full speed', async (isOver) => {
    while (!isOver()) {
      const { status, body } = await sendHistory(server, other, ndjson);
      if (status !== 200) throw new Error(`the import was answered with ${status}: ${body}`);
    }
  });
  comparisons.push(await runPairs(importing, alone, options));
  return {
    suite: 'fairness',
    title:
      `One tenant sends ${RATE} single events a second over ${CONNECTIONS} connections, alone and beside what another tenant ` +
      `does without a pause; the other has a customer with ${LONG_HISTORY.toLocaleString('en')} events, one with ` +
      `${LARGE_EVENTS} of 64 KiB, ${RULES} display rules, and the default READ_LIMITS. A response to the first tenant that is not a 201 fails the suite.`,
    body: [
      subjectTable(comparisons, 'events'),
      ratioTable(
        comparisons.map((comparison) => ({
          comparison,
          targets: [{ metric: 'p50Ms' as const }, { metric: 'p99Ms' as const, atMost: P99_AT_MOST }],
        })),
      ),
      'The CPU beside a neighbour is that of the neighbour too.',
    ].join('\n\n'),
  };
}

async function besideLoad(
  load: (isOver: () => boolean) => Promise<void>,
  measure: () => Promise<Measurement>,
): Promise<Measurement> {
  let over = false;
  const loading = load(() => over);
  try {
    const [measurement] = await Promise.all([measure().finally(() => (over = true)), loading]);
    return measurement;
  } finally {
    over = true;
    await loading.catch(() => {});
  }
}

/** A process of its own, whose connections send the next request as soon as they have a response, whatever it is. */
async function flood(
  { origin }: ServerProcess,
  key: string,
  { connections, path, body }: Neighbour,
  isOver: () => boolean,
): Promise<void> {
  const autocannon = fileURLToPath(import.meta.resolve('autocannon'));
  const child = spawn(
    process.execPath,
    [
      autocannon,
      '--connections',
      String(connections),
      '--duration',
      '3600',
      '--headers',
      `X-API-Key=${key}`,
      ...(body === undefined
        ? []
        : ['--method', 'POST', '--headers', 'Content-Type=application/json', '--body', JSON.stringify(body)]),
      origin + path,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  while (!isOver()) await sleep(20);
  child.kill('SIGKILL');
  await ended;
}

async function putRules({ origin }: ServerProcess, key: string): Promise<void> {
  const fields = [{ label: 'Total', path: 'payload.total' }];
  const rules = Array.from({ length: RULES }, (_, n) => ({
    pattern: `order.t${n}`,
    rule: { title: `Order {payload.id} of kind ${n}`, fields },
  }));
  const response = await fetch(`${origin}${API}/event-types`, {
    method: 'PUT',
    headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
    body: JSON.stringify({ rules }),
  });
  if (response.status !== 200)
    throw new Error(`the rules were answered with ${response.status}: ${await response.text()}`);
}

/** One customer with a long history of small events, one with large events that cannot be compressed much. */
async function fill({ query, appId }: ServiceDatabase): Promise<void> {
  const insert = (customer: number, count: number, payload: string): Promise<unknown> =>
    query(
      `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
       SELECT c.id, timestamptz '2020-01-01' + g * interval '1 second', 'c' || lpad(to_hex(g), 24, '0'), 'order.t' || g % 10,
         (${payload})::json, now()
       FROM customers AS c, generate_series(1, $3::int) AS g WHERE c.app_id = $1 AND c.external_id = $2`,
      [appId, externalId(customer), count],
    );
  await insert(0, LONG_HISTORY, `'{}'`);
  await insert(
    1,
    LARGE_EVENTS,
    `(SELECT '"' || string_agg(md5(g::text || h), '') || '"' FROM generate_series(1, 2040) AS h)`,
  );
  await query('VACUUM ANALYZE customer_events');
}

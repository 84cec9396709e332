import type { Request } from 'autocannon';
import { customerIdOf } from '../../src/customer-events/domain/customer.ts';
import { PAGE_MAX_BYTES, READ_MAX_ENTRIES, WHOLE_TIMELINE } from '../../src/customer-events/domain/timeline.ts';
import { EVENT_COLUMNS } from '../../src/customer-events/persistence/customer-event-columns.ts';
import { selectPage } from '../../src/customer-events/persistence/timeline-page-sql.ts';
import { bareReader, type Statement } from '../bare-reader.ts';
import { API, service, type Context } from '../context.ts';
import { exportTable } from '../export-memory.ts';
import { httpSubject } from '../http-load.ts';
import { largeDatabase, type LargeDatabase } from '../large-table.ts';
import { medians, runPairs, type Comparison } from '../measurement.ts';
import { CONNECTIONS, CUSTOMERS_READ, PAGE, rotated, someCustomers } from '../reading.ts';
import { figure, ratioTable, subjectTable, table, verdict, type SuiteReport } from '../report.ts';
import type { ServerProcess } from '../server-process.ts';

const PAGES_WALKED = 20;
/** "Well under a second". */
const SUMMARY_WITHIN_MS = 500;

/** Reading: a page over HTTP against its SQL alone, a very long history against a usual one. */
export async function timeline(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  const database = await largeDatabase(engine, options.rows);
  const server = await service(context, database);
  const reading = { server, prepare: () => engine.checkpoint() };
  const get = getter(database);
  const customers = someCustomers(database);

  const pages = httpSubject({
    ...reading,
    name: `page of ${PAGE}`,
    connections: CONNECTIONS,
    requestsOf: (connection) => rotated(customers, connection).map((customer) => get(eventsOf(customer))),
  });
  const overPg = (name: string, statementOf: (customerId: string) => Statement) => {
    const statements = customers.map((customer) => statementOf(customerIdOf(database.appId, customer)));
    return bareReader(name, database, statements, CONNECTIONS, reading.prepare);
  };
  const toRows = await runPairs(pages, overPg('its rows over bare pg', rowsOfPage), options);
  const toStatement = await runPairs(pages, overPg('its statement over bare pg', statementOfPage), options);

  const walk = async (name: string, customer: LargeDatabase['usual']) => {
    const urls = await walkedPages(server, get, customer.externalId);
    return httpSubject({
      ...reading,
      name: `page of ${PAGE}, ${name} with ${customer.events.toLocaleString('en')}`,
      connections: CONNECTIONS,
      requestsOf: (connection) => rotated(urls, connection).map(get),
    });
  };
  const toUsual = await runPairs(
    await walk('customer', database.largest),
    await walk('customer', database.usual),
    options,
  );
  return {
    suite: 'timeline',
    title:
      `Reading from ${database.rows.toLocaleString('en')} events, ${CONNECTIONS} connections. The first page of ` +
      `${CUSTOMERS_READ} customers over HTTP against a SELECT of the same rows over \`pg\`, as one would write it by hand, and against ` +
      `the statement that the service has for it; the first ${PAGES_WALKED} pages of one customer with a very long history against those of one with a usual one.`,
    body: [
      subjectTable([toRows, toStatement, toUsual], 'requests'),
      ratioTable([
        { comparison: toRows, targets: [{ metric: 'perSecond', atLeast: 0.6 }, { metric: 'cpuMicros' }] },
        { comparison: toStatement, targets: [{ metric: 'perSecond' }, { metric: 'cpuMicros' }] },
        {
          comparison: toUsual,
          targets: [
            { metric: 'p50Ms', atMost: 1.2 },
            { metric: 'p99Ms', atMost: 1.2 },
          ],
        },
      ]),
      '### summary',
      await summaries(context, server, database, get),
      '### export',
      await exportTable(
        server,
        `${eventsOf(database.largest.externalId)}/export`,
        get('').headers,
        database.largest.events,
      ),
    ].join('\n\n'),
  };
}

/** The summary of the longest history, and of a usual one, one request at a time. */
async function summaries(
  { engine, options }: Context,
  server: ServerProcess,
  { largest, usual }: LargeDatabase,
  get: (path: string) => Request,
): Promise<string> {
  const path = (customer: LargeDatabase['usual']): string => `${eventsOf(customer.externalId)}/summary`;
  const { headers } = get('');
  const { status } = await fetch(server.origin + path(usual), { headers });
  if (status === 404 || status === 405) return `Not there yet: \`GET …/events/summary\` answers ${status}.`;
  const subject = (customer: LargeDatabase['usual']) =>
    httpSubject({
      name: `summary of ${customer.events.toLocaleString('en')} events`,
      server,
      connections: 1,
      requestsOf: () => [get(path(customer))],
      prepare: () => engine.checkpoint(),
    });
  const comparison: Comparison = await runPairs(subject(largest), subject(usual), options);
  const { p99Ms = Number.NaN } = medians(comparison.firstRuns);
  return [
    subjectTable([comparison], 'requests'),
    table(
      ['of the longest history', 'median of the runs', 'to reach', ''],
      [['p99 ms', figure(p99Ms), `≤ ${SUMMARY_WITHIN_MS}`, verdict(p99Ms, { atMost: SUMMARY_WITHIN_MS })]],
    ),
  ].join('\n\n');
}

function getter({ key }: LargeDatabase): (path: string) => Request {
  return (path) => ({ method: 'GET', path, headers: { 'X-API-Key': key } });
}

const eventsOf = (customer: string): string => `${API}/customers/${customer}/events`;

/** The paths of a customer's first pages. */
async function walkedPages(server: ServerProcess, get: (path: string) => Request, customer: string): Promise<string[]> {
  const paths = [eventsOf(customer)];
  for (;;) {
    const path = paths.at(-1) as string;
    const response = await fetch(server.origin + path, { headers: get(path).headers });
    const { data } = (await response.json()) as { data: { events: unknown[]; nextCursor: string | null } };
    if (data.events.length !== PAGE) throw new Error(`${customer}: a page has ${data.events.length} events`);
    if (data.nextCursor === null || paths.length === PAGES_WALKED) return paths;
    paths.push(`${eventsOf(customer)}?cursor=${encodeURIComponent(data.nextCursor)}`);
  }
}

/** What the service read a page with before it had one statement for it; see docs/decisions/0050. */
const rowsOfPage = (customerId: string): Statement => ({
  // One more than the page has, to know whether there is a next one.
  text: `SELECT ${EVENT_COLUMNS} FROM customer_events AS t WHERE t.customer_id = $1
    ORDER BY t.occurred_at DESC, t.id DESC LIMIT ${PAGE + 1}`,
  values: [customerId],
});

/** The statement of a first page as the service's store has it. */
function statementOfPage(customerId: string): Statement {
  const { name, sql, parameters } = selectPage(customerId, { ...WHOLE_TIMELINE, order: 'desc' }, null, {
    events: PAGE,
    bytes: PAGE_MAX_BYTES,
    entries: READ_MAX_ENTRIES,
  });
  return { name, text: sql, values: parameters };
}

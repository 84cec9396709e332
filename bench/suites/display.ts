import type { Request } from 'autocannon';
import { API, service, type Context } from '../context.ts';
import { TYPES } from '../events.ts';
import { httpSubject } from '../http-load.ts';
import { largeDatabase, type LargeDatabase } from '../large-table.ts';
import { runPairs } from '../measurement.ts';
import { CONNECTIONS, CUSTOMERS_READ, PAGE, rotated, someCustomers } from '../reading.ts';
import { ratioTable, subjectTable, type SuiteReport } from '../report.ts';
import type { ServerProcess } from '../server-process.ts';

/** What a careful app says of a type: a title with money in it, a link, and fields. */
const RULE = {
  title: 'Order {payload.orderId|without a number}: {payload.total:money(payload.currency)}',
  severity: 'success',
  url: 'https://shop.example/orders/{payload.orderId}',
  fields: [
    { label: 'Order', path: 'payload.orderId' },
    { label: 'Total', path: 'payload.total', as: 'money(payload.currency)' },
  ],
};

/** Pages with what their events look like to people, against the same pages without. */
export async function display(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  const database = await largeDatabase(engine, options.rows);
  const server = await service(context, database);
  const customers = someCustomers(database);
  const pages = (name: string, query: string) =>
    httpSubject({
      server,
      prepare: () => engine.checkpoint(),
      name,
      connections: CONNECTIONS,
      requestsOf: (connection) => rotated(customers, connection).map((customer) => getPage(database, customer, query)),
    });
  const builtIn = await runPairs(pages('with built-in displays', '?display=true'), pages('without', ''), options);
  await putRules(server, database);
  const byRules = await runPairs(
    pages('with displays by rules', '?display=true'),
    pages('without, again', ''),
    options,
  );
  return {
    suite: 'display',
    title:
      `The first page of ${PAGE} events of ${CUSTOMERS_READ} customers, of ${database.rows.toLocaleString('en')} events, over ` +
      `${CONNECTIONS} connections: with \`display=true\` and without. First the app has no rules; then each type has one ` +
      `with a title, a link and two fields, of three values of the payload, one of them money.`,
    body: [
      subjectTable([builtIn, byRules], 'requests'),
      ratioTable([
        {
          comparison: builtIn,
          targets: [{ metric: 'perSecond', atLeast: 0.9 }, { metric: 'cpuMicros' }, { metric: 'p99Ms' }],
        },
        {
          comparison: byRules,
          targets: [{ metric: 'perSecond', atLeast: 0.9 }, { metric: 'cpuMicros' }, { metric: 'p99Ms' }],
        },
      ]),
    ].join('\n\n'),
  };
}

async function putRules(server: ServerProcess, { key }: LargeDatabase): Promise<void> {
  for (const type of TYPES) {
    const response = await fetch(`${server.origin}${API}/event-types/${type}`, {
      method: 'PUT',
      headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
      body: JSON.stringify(RULE),
    });
    if (!response.ok) throw new Error(`the rule of ${type}: ${response.status} ${await response.text()}`);
  }
}

const getPage = ({ key }: LargeDatabase, customer: string, query: string): Request => ({
  method: 'GET',
  path: `${API}/customers/${customer}/events${query}`,
  headers: { 'X-API-Key': key },
});

import { setTimeout as after } from 'node:timers/promises';
import { putRules, send, sessionOf } from '../agent-page.ts';
import { service, type Context } from '../context.ts';
import { randomSource } from '../events.ts';
import { longCustomerDatabase, type LongCustomerDatabase } from '../long-customer.ts';
import { quantile } from '../measurement.ts';
import { POLL_EVERY_MS, polled, type Polling } from '../open-pages.ts';
import { figure, limitOf, table, verdict, type SuiteReport } from '../report.ts';
import type { ServerProcess } from '../server-process.ts';

const EVENTS = 1_000_000;
const PAGES = 100;
/** Of all open pages' customers together, while they ask. */
const NEW_EVENTS_PER_SECOND = 0.5;
const REQUESTS = 200;
const COSTLY_REQUESTS = 30;
const WARM_UP = 10;
const POLLING_SECONDS = 60;
const entriesPath = (query: string): string => `/embed/api/entries?limit=50&tz=Europe/Berlin&${query}`;
const ENTRIES = entriesPath('quiet=fold');
const DAY_MS = 86_400_000;
const [FIRST_MS, END_MS] = [Date.parse('2016-01-02'), Date.parse('2025-12-31')];

interface Ask {
  readonly name: string;
  readonly requests: number;
  readonly atMostP95Ms?: number;
  readonly path: (random: () => number) => string;
}

const ASKS: readonly Ask[] = [
  { name: 'first entries', requests: REQUESTS, atMostP95Ms: 50, path: () => ENTRIES },
  {
    ...{ name: 'entries at a date', requests: REQUESTS, atMostP95Ms: 50 },
    path: (random) => `${ENTRIES}&at=${dateOf(random)}T12:00:00Z`,
  },
  { name: 'entries without quiet ones', requests: REQUESTS, atMostP95Ms: 50, path: () => entriesPath('quiet=hide') },
  {
    ...{ name: 'entries of a type, one in 64', requests: REQUESTS, atMostP95Ms: 50 },
    path: (random) => entriesPath(`quiet=fold&type=payment.failed&at=${dateOf(random)}T12:00:00Z`),
  },
  {
    ...{ name: 'entries of a type that there is not, as far as a request looks', requests: COSTLY_REQUESTS },
    path: () => entriesPath('quiet=fold&type=nothing.here'),
  },
  {
    ...{ name: 'search for an order, as far as a request looks', requests: COSTLY_REQUESTS },
    path: () => entriesPath('quiet=fold&q=nowhere-to-be-found'),
  },
  { name: 'head', requests: COSTLY_REQUESTS, path: () => '/embed/api/head' },
  {
    ...{ name: 'days of a year', requests: COSTLY_REQUESTS, atMostP95Ms: 500 },
    path: (random) => {
      const year = 2016 + Math.floor(random() * 9);
      return `/embed/api/days?from=${year}-01-01&to=${year + 1}-01-01&tz=Europe/Berlin`;
    },
  },
];

/** What the agent page asks for: of one customer with a very long history, one request at a time, and by many open pages. */
export async function entries(context: Context): Promise<SuiteReport> {
  const database = await longCustomerDatabase(context.engine, EVENTS, PAGES);
  const server = await service(context, database, { SESSION_READ_LIMITS: '0' });
  await putRules(server, database);
  const { token } = await sessionOf(server, database, database.longest);
  const rows: string[][] = [];
  for (const ask of ASKS) rows.push(await askedFor(server, token, ask));
  const tokens: string[] = [];
  for (const customer of database.others) tokens.push((await sessionOf(server, database, customer)).token);
  const polling = await whileEventsCome(server, database, () =>
    polled(server.origin + ENTRIES, tokens, POLLING_SECONDS),
  );
  return {
    suite: 'entries',
    title:
      `What the agent page asks for, of a customer with ${EVENTS.toLocaleString('en')} events over ten years of which 15 in 16 are ` +
      `quiet: one request at a time, each new; and what ${PAGES} pages ask that are open and in sight, of a customer each with 1,000 events, ` +
      `every ${POLL_EVERY_MS / 1000} s with jitter, while ${NEW_EVENTS_PER_SECOND} new events a second come for them.`,
    runs: `${REQUESTS} requests each, ${COSTLY_REQUESTS} of what has no limit here, head and days, after ${WARM_UP} to warm up; ${POLLING_SECONDS} s of polling`,
    body: [table(['one request at a time', 'p50 ms', 'p95 ms', 'p95 to reach', ''], rows), pollingTable(polling)].join(
      '\n\n',
    ),
  };
}

async function askedFor(server: ServerProcess, token: string, ask: Ask): Promise<string[]> {
  const random = randomSource(11);
  const times: number[] = [];
  for (let n = 0; n < WARM_UP + ask.requests; n++) {
    const began = performance.now();
    await read(server, token, ask.path(random));
    if (n >= WARM_UP) times.push(performance.now() - began);
  }
  const sorted = Float64Array.from(times).sort();
  const [p50, p95] = [quantile(sorted, 0.5), quantile(sorted, 0.95)];
  const limit = ask.atMostP95Ms === undefined ? {} : { atMost: ask.atMostP95Ms };
  const reached = ask.atMostP95Ms === undefined ? '' : verdict(p95, limit);
  return [ask.name, figure(p50), figure(p95), limitOf(limit), reached];
}

async function read(server: ServerProcess, token: string, path: string): Promise<void> {
  const response = await fetch(server.origin + path, { headers: { Authorization: `Bearer ${token}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${text}`);
}

const dateOf = (random: () => number): string =>
  new Date(FIRST_MS + Math.floor((random() * (END_MS - FIRST_MS)) / DAY_MS) * DAY_MS).toISOString().slice(0, 10);

async function whileEventsCome(
  server: ServerProcess,
  database: LongCustomerDatabase,
  measure: () => Promise<Polling>,
): Promise<Polling> {
  const random = randomSource(13);
  const end = new AbortController();
  const coming = (async () => {
    while (!end.signal.aborted) {
      const customerExternalId = database.others[Math.floor(random() * database.others.length)];
      await send(server, database, 'POST', '/customer-events', {
        customerExternalId,
        type: 'order.placed',
        payload: {},
      });
      await after(1000 / NEW_EVENTS_PER_SECOND, undefined, { signal: end.signal }).catch(() => {});
    }
  })();
  try {
    return await measure();
  } finally {
    end.abort();
    await coming;
  }
}

function pollingTable({ requests, perSecond, notModified, p50Ms, p95Ms }: Polling): string {
  // Pages ask every ten seconds in the mean; in a minute that is a request a page more or less.
  const [rate, mostly] = [{ atMost: PAGES / (POLL_EVERY_MS / 1000) + 0.5 }, { atLeast: 0.5 }];
  return table(
    [`${PAGES} open pages`, 'measured', 'to reach', ''],
    [
      ['requests a second', figure(perSecond), limitOf(rate), verdict(perSecond, rate)],
      ['of them 304', `${Math.round(notModified * 100)} % of ${requests}`, '≥ 50 %', verdict(notModified, mostly)],
      ['p50 ms', figure(p50Ms), '', ''],
      ['p95 ms', figure(p95Ms), '', ''],
    ],
  );
}

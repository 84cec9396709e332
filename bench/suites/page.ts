import type { Browser } from 'playwright-core';
import { CHROMIUM, launchChromium } from '../../test/support/installed-chromium.ts';
import { TimelineInBrowser } from '../../test/support/page/timeline-in-browser.ts';
import { putRules, sessionOf } from '../agent-page.ts';
import { service, type Context } from '../context.ts';
import { longCustomerDatabase, type LongCustomerDatabase } from '../long-customer.ts';
import { median } from '../measurement.ts';
import { figure, limitOf, table, verdict, type SuiteReport } from '../report.ts';
import type { ServerProcess } from '../server-process.ts';

const EVENTS = 1_000_000;
/** The same database as that of `entries`. */
const OTHERS = 100;
const MIN_LOADS = 5;
const ENTRIES_SCROLLED = 20_000;
const VIEWPORT = { width: 1280, height: 900 };

interface Load {
  readonly firstEntriesMs: number;
  readonly jumpMs: number;
}

/** The agent page in a browser, of a customer with a very long history. Null where there is no browser. */
export async function page(context: Context): Promise<SuiteReport | null> {
  if (CHROMIUM === undefined) {
    console.log('  skipped: it needs Chromium, which is not installed here (CHROMIUM names another place)');
    return null;
  }
  const database = await longCustomerDatabase(context.engine, EVENTS, OTHERS);
  const server = await service(context, database, { SESSION_READ_LIMITS: '0' });
  await putRules(server, database);
  const browser = await launchChromium();
  try {
    const loads: Load[] = [];
    await loaded(browser, server, database, '2019-01-01');
    for (let load = 0; load < Math.max(MIN_LOADS, context.options.pairs); load++)
      loads.push(await loaded(browser, server, database, `2019-${String(1 + (load % 12)).padStart(2, '0')}-15`));
    const scrolling = await scrolledThrough(browser, server, database);
    return {
      suite: 'page',
      title:
        `The agent page in Chromium, of a customer with ${EVENTS.toLocaleString('en')} events over ten years of which 15 in 16 are quiet: ` +
        'from the moment that its address is opened, with nothing cached, until the first entries are painted; from a date in the field for ' +
        `it, in 2019, until the entries of that day are painted; and what ${ENTRIES_SCROLLED.toLocaleString('en')} entries leave that were scrolled through.`,
      runs: `medians of ${loads.length} loads, after one to warm up`,
      body: [loadTable(loads), scrollTable(scrolling)].join('\n\n'),
    };
  } finally {
    await browser.close();
  }
}

async function loaded(
  browser: Browser,
  server: ServerProcess,
  database: LongCustomerDatabase,
  day: string,
): Promise<Load> {
  const timeline = await opened(browser, server, database);
  const load = { firstEntriesMs: await timeline.firstEntriesMs(), jumpMs: await timeline.jump(day) };
  console.log(`  first entries ${figure(load.firstEntriesMs)} ms, ${day} ${figure(load.jumpMs)} ms`);
  await timeline.page.context().close();
  return load;
}

interface Scrolling {
  readonly heapBeforeMb: number;
  readonly heapAfterMb: number;
  readonly maxEntries: number;
  readonly msOfPage: number;
}

async function scrolledThrough(
  browser: Browser,
  server: ServerProcess,
  database: LongCustomerDatabase,
): Promise<Scrolling> {
  const timeline = await opened(browser, server, database);
  const heapBeforeMb = await timeline.heapMb();
  const began = performance.now();
  let maxEntries = 0;
  let pages = 0;
  for (; timeline.received.length < ENTRIES_SCROLLED; pages++) {
    await timeline.scrollToOldest();
    maxEntries = Math.max(maxEntries, await timeline.entries());
    if (pages % 50 === 0) console.log(`  ${timeline.received.length} entries, ${maxEntries} in the document at most`);
  }
  const msOfPage = (performance.now() - began) / pages;
  return { heapBeforeMb, heapAfterMb: await timeline.heapMb(), maxEntries, msOfPage };
}

async function opened(
  browser: Browser,
  server: ServerProcess,
  database: LongCustomerDatabase,
): Promise<TimelineInBrowser> {
  const { url } = await sessionOf(server, database, database.longest);
  const { pathname, search, hash } = new URL(url);
  const context = await browser.newContext({ viewport: VIEWPORT });
  return TimelineInBrowser.open(await context.newPage(), `${server.origin}${pathname}${search}${hash}`);
}

function loadTable(loads: readonly Load[]): string {
  const row = (name: string, values: readonly number[]): string[] => {
    const limit = { atMost: 1_000 };
    const range = `${figure(Math.min(...values))} to ${figure(Math.max(...values))}`;
    return [name, figure(median(values)), range, limitOf(limit), verdict(median(values), limit)];
  };
  return table(
    ['', 'median ms', 'least to most', 'to reach', ''],
    [
      row(
        'first entries',
        loads.map(({ firstEntriesMs }) => firstEntriesMs),
      ),
      row(
        'a date in 2019',
        loads.map(({ jumpMs }) => jumpMs),
      ),
    ],
  );
}

function scrollTable({ heapBeforeMb, heapAfterMb, maxEntries, msOfPage }: Scrolling): string {
  const [heap, entries] = [{ atMost: 150 }, { atMost: 1_000 }];
  return table(
    [`${ENTRIES_SCROLLED.toLocaleString('en')} entries scrolled through`, 'measured', 'to reach', ''],
    [
      ['JavaScript heap before, MB', figure(heapBeforeMb), '', ''],
      ['JavaScript heap after, MB', figure(heapAfterMb), limitOf(heap), verdict(heapAfterMb, heap)],
      ['entries in the document, at most', figure(maxEntries), limitOf(entries), verdict(maxEntries, entries)],
      ['ms for the next page', figure(msOfPage), '', ''],
    ],
  );
}

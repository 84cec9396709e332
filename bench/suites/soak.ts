import { API, CUSTOMERS, eventRequests, rowCounter, service, type Context } from '../context.ts';
import { writeHistory } from '../history-files.ts';
import { httpSubject } from '../http-load.ts';
import { median, type Measurement, type Subject } from '../measurement.ts';
import { startMixedLoad, type MixedLoad, type MixedWork } from '../mixed-load.ts';
import { figure, limitOf, table, verdict, type SuiteReport } from '../report.ts';
import { watchGauges, type Gauges } from '../service-gauges.ts';
import { createServiceDatabase, withNewApp } from '../service.ts';

const CONNECTIONS = 64;
const SHARE_OF_PEAK = 0.7;
const HISTORY_CUSTOMERS = 100;
const LINES = 20_000;
/** The first and the last are compared. */
const PARTS = 6;
const P99_AT_MOST = 1.2;
/** What grows by less in half an hour is no leak that an operator would see in a week. */
const GROWTH_AT_MOST = 1.2;

interface Part {
  readonly measured: Measurement;
  readonly gauges: readonly Gauges[];
  readonly work: MixedWork;
}

/** Single events at 70 % of what the service takes, for a long time, beside reads, imports and erasures. */
export async function soak(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  const database = await createServiceDatabase(engine, 'bench_soak', CUSTOMERS);
  const history = await withNewApp(database, 'history', HISTORY_CUSTOMERS);
  const server = await service(context, database);
  const { ndjson } = writeHistory(engine.folder, history.appId, LINES, HISTORY_CUSTOMERS, false);
  const singles = (rate?: number): Subject =>
    httpSubject({
      name: 'single events',
      server,
      connections: CONNECTIONS,
      rate,
      requestsOf: eventRequests(`${API}/customer-events`, { 'X-API-Key': database.key }),
    });
  const mixed = startMixedLoad(server, database, history, HISTORY_CUSTOMERS, ndjson);
  const parts: Part[] = [];
  let peak: number;
  try {
    await singles().measure(options.warmUpSeconds);
    peak = (await singles().measure(options.seconds)).perSecond;
    const steady = singles(Math.floor(peak * SHARE_OF_PEAK));
    await steady.measure(options.warmUpSeconds);
    mixed.done();
    for (let part = 1; part <= PARTS; part++) {
      parts.push(await measurePart(steady, mixed, server, (options.minutes * 60) / PARTS));
      console.log(`  part ${part} of ${PARTS}: p99 ${figure(parts.at(-1)?.measured.p99Ms)} ms`);
    }
  } finally {
    await mixed.stop();
  }
  return {
    suite: 'soak',
    title:
      `Single events for ${options.minutes} minutes, over ${CONNECTIONS} connections at ${SHARE_OF_PEAK * 100} % of the ${figure(peak)} a second ` +
      `that the service took beside the same other work: 4 readers of pages, summaries and contexts (about 80 reads a second), an import of ` +
      `${LINES.toLocaleString('en')} lines of another app half a minute after the one before, and every 10 s a customer of that app erased with ` +
      'its events. A response that is not a 2xx fails the suite.',
    runs: `${PARTS} parts of ${figure(options.minutes / PARTS)} minutes`,
    body: [
      partTable(parts),
      comparisonTable(parts),
      `At the end the table had ${(await rowCounter(database)()).toLocaleString('en')} events. Memory is that of the service; the delay of its ` +
        'event loop is the median of the 99th percentiles of 5 s each.',
    ].join('\n\n'),
  };
}

async function measurePart(
  steady: Subject,
  mixed: MixedLoad,
  server: Parameters<typeof watchGauges>[0],
  seconds: number,
): Promise<Part> {
  const endOfWatch = watchGauges(server);
  try {
    const measured = await steady.measure(seconds);
    return { measured, gauges: await endOfWatch(), work: mixed.done() };
  } finally {
    await endOfWatch();
  }
}

const GAUGES = { rssMb: 'RSS MB', heapMb: 'heap MB', lagMs: 'event loop p99 ms', connections: 'connections' } as const;
const GAUGE_NAMES = Object.keys(GAUGES) as (keyof Gauges)[];

const gauge = ({ gauges }: Part, name: keyof Gauges): number => median(gauges.map((seen) => seen[name]));

function partTable(parts: readonly Part[]): string {
  return table(
    [
      'part',
      'events/s',
      'p50 ms',
      'p99 ms',
      ...GAUGE_NAMES.map((name) => GAUGES[name]),
      'reads',
      'imports',
      'erasures',
    ],
    parts.map((part, index) => [
      String(index + 1),
      ...[part.measured.perSecond, part.measured.p50Ms, part.measured.p99Ms].map(figure),
      ...GAUGE_NAMES.map((name) => figure(gauge(part, name))),
      ...[part.work.reads, part.work.imports, part.work.erasures].map(String),
    ]),
  );
}

function comparisonTable(parts: readonly Part[]): string {
  const [first, last] = [parts[0], parts.at(-1)] as [Part, Part];
  const row = (name: string, value: number, atMost: number): string[] => [
    name,
    `${value.toFixed(2)}×`,
    limitOf({ atMost }),
    verdict(value, { atMost }),
  ];
  return table(
    ['the last part : the first', 'ratio', 'to reach', ''],
    [
      row('p99', (last.measured.p99Ms ?? Number.NaN) / (first.measured.p99Ms ?? Number.NaN), P99_AT_MOST),
      ...GAUGE_NAMES.map((name) => row(GAUGES[name], gauge(last, name) / gauge(first, name), GROWTH_AT_MOST)),
    ],
  );
}

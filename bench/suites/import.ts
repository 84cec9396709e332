import { CUSTOMERS, rowCounter, service, type Context } from '../context.ts';
import { chooseCopier, type Copier } from '../copy.ts';
import type { Database } from '../engine.ts';
import { writeHistory, type HistoryFiles } from '../history-files.ts';
import { IMPORT_PATH, sendHistory } from '../send-history.ts';
import { runPairs, type Measurement, type Subject } from '../measurement.ts';
import { figure, ratioTable, subjectTable, table, verdict, type SuiteReport } from '../report.ts';
import { watchMemory, type ServerProcess } from '../server-process.ts';
import { createServiceDatabase, type ServiceDatabase } from '../service.ts';

const WARM_UP_LINES = 20_000;
const MAX_RSS_GROWTH_MB = 100;

/** A file of history through the service, against COPY of the same rows. */
export async function importHistory(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  const { lines, withEventIds } = options;
  const title = `One request with ${lines.toLocaleString('en')} lines of NDJSON${withEventIds ? ', each with an `eventId`' : ''}, against COPY of the same rows into the same table, which is empty before every run.`;
  const database = await createServiceDatabase(engine, 'bench_import', CUSTOMERS);
  const server = await service(context, database);
  const copyDatabase = await createServiceDatabase(engine, 'bench_copy', CUSTOMERS);
  const warmUp = writeHistory(engine.folder, copyDatabase.appId, WARM_UP_LINES, CUSTOMERS, withEventIds);
  const { status } = await sendHistory(server, database, warmUp.ndjson);
  if (status === 404 || status === 405) {
    return { suite: 'import', title, body: `Not there yet: \`POST ${IMPORT_PATH}\` answers ${status}.` };
  }

  const history = writeHistory(engine.folder, copyDatabase.appId, lines, CUSTOMERS, withEventIds);
  const empty = (emptied: Database) => async (): Promise<void> => {
    await emptied.query('TRUNCATE customer_events');
    await engine.checkpoint();
  };
  const ours = importSubject(server, database, history, empty(database));
  const theirs = copySubject(chooseCopier(), copyDatabase, warmUp, history, empty(copyDatabase));
  const comparison = await runPairs(ours, theirs, options);
  const mostGrowth = Math.max(...comparison.firstRuns.map(({ rssGrowthMb = Number.NaN }) => rssGrowthMb));
  return {
    suite: 'import',
    title,
    body: [
      subjectTable([comparison], 'events'),
      ratioTable([{ comparison, targets: [{ metric: 'perSecond', atLeast: 0.9 }] }]),
      table(
        ['memory of the service', 'most of all runs', 'to reach', ''],
        [
          [
            'RSS growth since before the first',
            `${figure(mostGrowth)} MB`,
            `< ${MAX_RSS_GROWTH_MB} MB`,
            verdict(mostGrowth, { atMost: MAX_RSS_GROWTH_MB }),
          ],
        ],
      ),
    ].join('\n\n'),
  };
}

function importSubject(
  server: ServerProcess,
  database: ServiceDatabase,
  history: HistoryFiles,
  prepare: () => Promise<void>,
): Subject {
  let rssBefore: number | undefined;
  return {
    name: 'import',
    prepare,
    // The request that found out whether the endpoint is there was the warm-up.
    warmUp: () => Promise.resolve(),
    measure: async () => {
      const before = await server.usage();
      rssBefore ??= before.rssBytes;
      const peak = watchMemory(server);
      const start = performance.now();
      const { status, body } = await sendHistory(server, database, history.ndjson);
      const elapsedMs = performance.now() - start;
      const mostRss = await peak();
      const after = await server.usage();
      const rows = await rowCounter(database)();
      if (status >= 300 || rows !== history.lines)
        throw new Error(`import: ${rows} rows written, response ${status} ${body}`);
      return {
        perSecond: (history.lines * 1000) / elapsedMs,
        cpuMicros: (after.cpuMicros - before.cpuMicros) / history.lines,
        rssGrowthMb: (mostRss - rssBefore) / 1e6,
      };
    },
  };
}

function copySubject(
  copier: Copier,
  database: Database,
  warmUp: HistoryFiles,
  history: HistoryFiles,
  prepare: () => Promise<void>,
): Subject {
  return {
    name: copier.name,
    prepare,
    warmUp: () => copier.copy(database, warmUp.copy),
    measure: async (): Promise<Measurement> => {
      const start = performance.now();
      await copier.copy(database, history.copy);
      return { perSecond: (history.lines * 1000) / (performance.now() - start) };
    },
  };
}

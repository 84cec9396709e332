import { API, CUSTOMERS, eventRequests, rowCounter, service, type Context } from '../context.ts';
import { writeHistory } from '../history-files.ts';
import { httpSubject } from '../http-load.ts';
import { median, runPairs, type Measurement, type Subject } from '../measurement.ts';
import { figure, ratioTable, subjectTable, type SuiteReport } from '../report.ts';
import { sendHistory } from '../send-history.ts';
import type { ServerProcess } from '../server-process.ts';
import { createServiceDatabase, type ServiceDatabase } from '../service.ts';

/** What a busy company sends. */
const STEADY_RATE = 500;
const STEADY_CONNECTIONS = 16;
const MAX_CONNECTIONS = 64;
const LINES = 200_000;

/** Live events while an import goes on, against the same while nothing else does. */
export async function live(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  const database = await createServiceDatabase(engine, 'bench_live', CUSTOMERS);
  const server = await service(context, database);
  const { ndjson } = writeHistory(engine.folder, database.appId, LINES, CUSTOMERS, false);
  const imported: number[] = [];
  const subject = (name: string, connections: number, rate?: number): Subject =>
    httpSubject({
      name,
      server,
      connections,
      rate,
      requestsOf: eventRequests(`${API}/customer-events`, { 'X-API-Key': database.key }),
      prepare: async () => {
        await database.query('TRUNCATE customer_events');
        await engine.checkpoint();
      },
    });
  const beside = (alone: Subject): Subject => ({
    ...alone,
    name: `${alone.name}, beside an import`,
    measure: (seconds) => whileImporting(server, database, ndjson, imported, () => alone.measure(seconds)),
  });

  const steady = subject(`${STEADY_RATE} single events/s`, STEADY_CONNECTIONS, STEADY_RATE);
  const toSteady = await runPairs(beside(steady), steady, options);
  const besideSteady = imported.splice(0);
  const most = subject('as many single events as it takes', MAX_CONNECTIONS);
  const toMost = await runPairs(beside(most), most, options);
  return {
    suite: 'live',
    title:
      `Single events while one import of NDJSON after the other runs, against the same without: ${STEADY_RATE} a second over ` +
      `${STEADY_CONNECTIONS} connections, and as many as it takes over ${MAX_CONNECTIONS}.`,
    body: [
      subjectTable([toSteady, toMost], 'events'),
      ratioTable([
        { comparison: toSteady, targets: [{ metric: 'p50Ms' }, { metric: 'p99Ms', atMost: 2 }] },
        { comparison: toMost, targets: [{ metric: 'perSecond', atLeast: 0.5 }, { metric: 'p99Ms' }] },
      ]),
      'The CPU beside an import is that of the import too.',
      `The imports wrote ${figure(median(besideSteady))} lines/s beside ${STEADY_RATE} single events/s, ` +
        `and ${figure(median(imported))} beside as many as it takes (medians).`,
    ].join('\n\n'),
  };
}

/** @param imported gets the lines a second that were imported meanwhile. */
async function whileImporting(
  server: ServerProcess,
  database: ServiceDatabase,
  file: string,
  imported: number[],
  measure: () => Promise<Measurement>,
): Promise<Measurement> {
  const count = rowCounter(database);
  let over = false;
  const imports = (async () => {
    while (!over) {
      const { status, body } = await sendHistory(server, database, file);
      if (status !== 200) throw new Error(`the import was answered with ${status}: ${body}`);
    }
  })();
  try {
    const start = performance.now();
    const before = await count();
    const measured = await measure();
    const seconds = (performance.now() - start) / 1000;
    imported.push(((await count()) - before) / seconds - measured.perSecond);
    return measured;
  } finally {
    over = true;
    await imports;
  }
}

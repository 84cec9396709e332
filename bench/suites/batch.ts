import { bareWriter } from '../bare-writer.ts';
import { API, batchRequests, CUSTOMERS, eventRequests, rowCounter, service, type Context } from '../context.ts';
import { httpSubject } from '../http-load.ts';
import { runPairs } from '../measurement.ts';
import { ratioTable, subjectTable, type SuiteReport } from '../report.ts';
import { createServiceDatabase } from '../service.ts';

const EVENTS = 500;
const CONNECTIONS = 4;
const SINGLE_CONNECTIONS = 64;

/** 500 events per request, against one per request, and against PostgreSQL without a service. */
export async function batch(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  const prepare = (): Promise<void> => engine.checkpoint();
  const database = await createServiceDatabase(engine, 'bench_batch', CUSTOMERS);
  const server = await service(context, database);
  const common = { server, countRows: rowCounter(database), prepare };
  const headers = { 'X-API-Key': database.key };
  const batches = httpSubject({
    ...common,
    name: `batches of ${EVENTS}`,
    connections: CONNECTIONS,
    requestsOf: batchRequests(headers, EVENTS),
    eventsPerRequest: EVENTS,
  });
  const keyed = httpSubject({
    ...common,
    name: `batches of ${EVENTS} with eventIds`,
    connections: CONNECTIONS,
    requestsOf: batchRequests(headers, EVENTS, { withEventIds: true }),
    eventsPerRequest: EVENTS,
    stampEventIds: true,
  });
  const singles = httpSubject({
    ...common,
    name: 'single events',
    connections: SINGLE_CONNECTIONS,
    requestsOf: eventRequests(`${API}/customer-events`, headers),
  });
  const bareDatabase = await createServiceDatabase(engine, 'bench_bare', CUSTOMERS);
  const bare = bareWriter(bareDatabase, EVENTS, CUSTOMERS, prepare);

  const toSingles = await runPairs(batches, singles, options);
  const keyedToBatches = await runPairs(keyed, batches, options);
  const toBare = await runPairs(batches, bare, options);
  return {
    suite: 'batch',
    title:
      `${EVENTS} events per request, ${CONNECTIONS} connections (p50 and p99 are of a whole batch), against single ` +
      `events over ${SINGLE_CONNECTIONS} connections, and against one \`pg\` client that writes the same rows.`,
    body: [
      subjectTable([toSingles, keyedToBatches, toBare], 'events'),
      ratioTable([
        { comparison: toSingles, targets: [{ metric: 'perSecond', atLeast: 8 }] },
        { comparison: keyedToBatches, targets: [{ metric: 'perSecond' }, { metric: 'cpuMicros' }] },
        { comparison: toBare, targets: [{ metric: 'perSecond', atLeast: 1.1 }] },
      ]),
    ].join('\n\n'),
  };
}

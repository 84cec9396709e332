import { API, batchRequests, eventRequests, service, type Context } from '../context.ts';
import { httpSubject } from '../http-load.ts';
import { largeDatabase } from '../large-table.ts';
import { runPairs, type Subject } from '../measurement.ts';
import { ratioTable, subjectTable, type SuiteReport, type Target } from '../report.ts';
import type { ServerProcess } from '../server-process.ts';
import { createServiceDatabase, type ServiceDatabase } from '../service.ts';

const CONNECTIONS = 64;
const BATCH_CONNECTIONS = 4;
const BATCH_EVENTS = 500;
const TARGETS: readonly Target[] = [{ metric: 'perSecond', atLeast: 0.8 }];

/** Writing into a table with years of history, against an empty one. */
export async function volume(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  const large = await largeDatabase(engine, options.rows);
  const empty = await createServiceDatabase(engine, 'bench_empty', large.customers);
  const emptied = async (): Promise<void> => {
    await empty.query('TRUNCATE customer_events');
    await engine.checkpoint();
  };
  const largeServer = await service(context, large);
  const emptyServer = await service(context, empty);

  const singles = (
    where: string,
    server: ServerProcess,
    { key }: ServiceDatabase,
    prepare: () => Promise<void>,
  ): Subject =>
    httpSubject({
      name: `single events into ${where}`,
      server,
      connections: CONNECTIONS,
      requestsOf: eventRequests(`${API}/customer-events`, { 'X-API-Key': key }, false, large.customers),
      prepare,
    });
  const batches = (
    where: string,
    server: ServerProcess,
    { key }: ServiceDatabase,
    prepare: () => Promise<void>,
  ): Subject =>
    httpSubject({
      name: `batches into ${where}`,
      server,
      connections: BATCH_CONNECTIONS,
      requestsOf: batchRequests({ 'X-API-Key': key }, BATCH_EVENTS, { customers: large.customers }),
      eventsPerRequest: BATCH_EVENTS,
      prepare,
    });
  const many = `${large.rows.toLocaleString('en')} rows`;
  const single = await runPairs(
    singles(many, largeServer, large, () => engine.checkpoint()),
    singles('an empty table', emptyServer, empty, emptied),
    options,
  );
  const batch = await runPairs(
    batches(many, largeServer, large, () => engine.checkpoint()),
    batches('an empty table', emptyServer, empty, emptied),
    options,
  );
  return {
    suite: 'volume',
    title:
      `Writing into a table of ${large.rows.toLocaleString('en')} events of ${large.customers.toLocaleString('en')} customers, against one ` +
      `that is empty before every run: single events over ${CONNECTIONS} connections, batches of ${BATCH_EVENTS} over ${BATCH_CONNECTIONS}.`,
    body: [
      subjectTable([single, batch], 'events'),
      ratioTable([
        { comparison: single, targets: TARGETS },
        { comparison: batch, targets: TARGETS },
      ]),
    ].join('\n\n'),
  };
}

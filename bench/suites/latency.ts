import { API, CUSTOMERS, eventRequests, peer, rowCounter, service, type Context } from '../context.ts';
import { httpSubject } from '../http-load.ts';
import { runPairs } from '../measurement.ts';
import { ratioTable, subjectTable, type SuiteReport } from '../report.ts';
import { createServiceDatabase } from '../service.ts';

/** One event per request, one request at a time: what a single caller waits for. */
export async function latency(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  const prepare = (): Promise<void> => engine.checkpoint();
  const database = await createServiceDatabase(engine, 'bench_latency', CUSTOMERS);
  const peerDatabase = await engine.createDatabase('bench_latency_fastify');
  const ours = httpSubject({
    name: 'Customer Events',
    server: await service(context, database),
    connections: 1,
    requestsOf: eventRequests(`${API}/customer-events`, { 'X-API-Key': database.key }),
    countRows: rowCounter(database),
    prepare,
  });
  const theirs = httpSubject({
    name: 'Fastify + pg',
    server: await peer(context, 'fastify-pg', peerDatabase),
    connections: 1,
    requestsOf: eventRequests('/customer-events', {}),
    countRows: rowCounter(peerDatabase),
    prepare,
  });
  const comparison = await runPairs(ours, theirs, options);
  return {
    suite: 'latency',
    title: 'One event per request, one connection: what a single caller waits for.',
    body: [
      subjectTable([comparison], 'events'),
      ratioTable([
        {
          comparison,
          targets: [
            { metric: 'p50Ms', atMost: 1.15 },
            { metric: 'p99Ms', atMost: 1.3 },
          ],
        },
      ]),
    ].join('\n\n'),
  };
}

import { join, resolve } from 'node:path';
import { eventTypes } from '../events.ts';
import { API, batchRequests, CUSTOMERS, eventRequests, rowCounter, service, type Context } from '../context.ts';
import { httpSubject, type HttpLoad } from '../http-load.ts';
import { runPairs } from '../measurement.ts';
import { ratioTable, subjectTable, type SuiteReport, type Target } from '../report.ts';
import { createServiceDatabase, startService, type ServiceDatabase } from '../service.ts';
import type { ServerProcess } from '../server-process.ts';

const BATCH_EVENTS = 500;
const TARGETS: readonly Target[] = [
  { metric: 'perSecond', atLeast: 0.97 },
  { metric: 'cpuMicros' },
  { metric: 'p99Ms' },
];

type Load = Pick<HttpLoad, 'connections' | 'requestsOf' | 'eventsPerRequest'>;

/** This build against the build of another checkout, whose schema is the same or older. */
export async function versions(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  if (options.baseline === undefined)
    throw new Error('versions needs --baseline FOLDER: a built checkout of another version');
  const script = join(resolve(options.baseline), 'dist/src/main.js');
  const database = await createServiceDatabase(engine, 'bench_version', CUSTOMERS);
  const baselineDatabase = await createServiceDatabase(engine, 'bench_baseline', CUSTOMERS);
  const server = await service(context, database);
  const baseline = await context.started(startService(engine, baselineDatabase, undefined, script));

  const types = eventTypes(options.types);
  const compared = async (what: string, loadOf: (headers: Record<string, string>) => Load) => {
    const subject = (version: string, { key, ...rest }: ServiceDatabase, process: ServerProcess) =>
      httpSubject({
        name: `${what}, ${version}`,
        server: process,
        countRows: rowCounter(rest),
        prepare: () => engine.checkpoint(),
        ...loadOf({ 'X-API-Key': key }),
      });
    return runPairs(subject('this', database, server), subject('baseline', baselineDatabase, baseline), options);
  };
  const single = await compared('single', (headers) => ({
    connections: 64,
    requestsOf: eventRequests(`${API}/customer-events`, headers, false, CUSTOMERS, types),
  }));
  const batch = await compared('batch', (headers) => ({
    connections: 4,
    requestsOf: batchRequests(headers, BATCH_EVENTS, { types }),
    eventsPerRequest: BATCH_EVENTS,
  }));
  return {
    suite: 'versions',
    title: `Single events over 64 connections and batches of ${BATCH_EVENTS} over 4, of ${types.length.toLocaleString('en')} types: this build against another one.`,
    body: [
      subjectTable([single, batch], 'events'),
      ratioTable([single, batch].map((comparison) => ({ comparison, targets: TARGETS }))),
    ].join('\n\n'),
  };
}

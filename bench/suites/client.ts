import { CustomerEvents } from '../../client/src/index.ts';
import { API, batchRequests, CUSTOMERS, eventRequests, rowCounter, service, type Context } from '../context.ts';
import { eventSource } from '../events.ts';
import { httpSubject } from '../http-load.ts';
import { quantile, runPairs, type Measurement, type Subject } from '../measurement.ts';
import { ratioTable, subjectTable, type SuiteReport } from '../report.ts';
import type { ServerProcess } from '../server-process.ts';
import { createServiceDatabase } from '../service.ts';

const BATCH = 500;
const CONNECTIONS = 4;
const CALLERS = 200;
/** So many wait beside those in flight that the next batches are always full. */
const QUEUED = 3 * CONNECTIONS * BATCH;

interface Rig {
  readonly server: ServerProcess;
  readonly key: string;
  readonly countRows: () => Promise<number>;
  readonly prepare: () => Promise<void>;
}

/** The client of this repository against bare HTTP, in one process with the load of the other suites. */
export async function client(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  const database = await createServiceDatabase(engine, 'bench_client', CUSTOMERS);
  const server = await service(context, database);
  const countRows = rowCounter(database);
  const rig = { server, key: database.key, countRows, prepare: () => engine.checkpoint() };
  const headers = { 'X-API-Key': database.key };
  const batches = httpSubject({
    ...rig,
    name: `bare batches of ${BATCH}`,
    connections: CONNECTIONS,
    requestsOf: batchRequests(headers, BATCH),
    eventsPerRequest: BATCH,
  });
  const keyed = httpSubject({
    ...rig,
    name: `bare batches of ${BATCH} with eventIds`,
    connections: CONNECTIONS,
    requestsOf: batchRequests(headers, BATCH, { withEventIds: true }),
    eventsPerRequest: BATCH,
    stampEventIds: true,
  });
  const singles = httpSubject({
    ...rig,
    name: `bare POSTs, ${CALLERS} connections`,
    connections: CALLERS,
    requestsOf: eventRequests(`${API}/customer-events`, headers),
  });
  const inBatches = await runPairs(clientInBatches(rig), batches, options);
  const toKeyed = await runPairs(clientInBatches(rig), keyed, options);
  const toSingles = await runPairs(callersOfClient(rig), singles, options);
  const toFetch = await runPairs(callersOfClient(rig), callersOfFetch(rig), options);
  return {
    suite: 'client',
    title:
      `\`@customer-events/client\` against bare HTTP, each event with an \`eventId\` where the client sends it. In batches: ` +
      `${BATCH} events, ${CONNECTIONS} requests in flight, the queue never empty. Single events: ${CALLERS} callers, each of ` +
      'which waits for its event, the client with its defaults.',
    body: [
      subjectTable([inBatches, toKeyed, toSingles, toFetch], 'events'),
      ratioTable([
        { comparison: inBatches, targets: [{ metric: 'perSecond', atLeast: 0.9 }] },
        { comparison: toKeyed, targets: [{ metric: 'perSecond' }, { metric: 'cpuMicros' }] },
        { comparison: toSingles, targets: [{ metric: 'p50Ms', atMost: 1.2 }] },
        { comparison: toFetch, targets: [{ metric: 'p50Ms', atMost: 1.2 }] },
      ]),
    ].join('\n\n'),
  };
}

/** As many events as it takes. */
function clientInBatches(rig: Rig): Subject {
  const settings = { batch: { events: BATCH }, inFlight: CONNECTIONS, queue: { events: 2 * QUEUED } };
  return measured('the client, in batches', rig, async (count) => {
    const events = new CustomerEvents({ url: rig.server.origin, key: rig.key, ...settings });
    const nextEvent = eventSource(1, CUSTOMERS, false);
    let queued = 0;
    let wake = (): void => {};
    let isOver = false;
    return {
      end: async () => {
        isOver = true;
        await events.close();
      },
      run: async () => {
        while (!isOver) {
          while (queued < QUEUED) {
            queued++;
            void events.record(nextEvent()).then(() => {
              queued--;
              count();
              if (queued < QUEUED - BATCH) wake();
            });
          }
          await new Promise<void>((resolve) => (wake = resolve));
        }
      },
    };
  });
}

/** Callers that each record one event after the other. */
const callersOfClient = (rig: Rig): Subject =>
  measured(`the client, ${CALLERS} callers`, rig, async (count) => {
    const events = new CustomerEvents({ url: rig.server.origin, key: rig.key });
    const { run, end } = callers(count, async (nextEvent) => void (await events.record(nextEvent())));
    return { run, end: async () => void (await Promise.all([end(), events.close()])) };
  });

const callersOfFetch = (rig: Rig): Subject =>
  measured(`fetch, ${CALLERS} callers`, rig, async (count) =>
    callers(count, async (nextEvent) => {
      const response = await fetch(`${rig.server.origin}${API}/customer-events`, {
        method: 'POST',
        headers: { 'X-API-Key': rig.key, 'Content-Type': 'application/json' },
        body: JSON.stringify(nextEvent()),
      });
      await response.text();
      if (response.status !== 201) throw new Error(`HTTP ${response.status}`);
    }),
  );

interface Load {
  /** Sends until it is ended. */
  run(): Promise<void>;
  end(): Promise<void>;
}

function callers(
  count: (millis: number) => void,
  send: (nextEvent: ReturnType<typeof eventSource>) => Promise<void>,
): Load {
  let isOver = false;
  const call = async (caller: number): Promise<void> => {
    const nextEvent = eventSource(caller, CUSTOMERS, false);
    while (!isOver) {
      const startedAt = performance.now();
      await send(nextEvent);
      count(performance.now() - startedAt);
    }
  };
  const all = (): Promise<void[]> => Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));
  return { run: async () => void (await all()), end: async () => void (isOver = true) };
}

/** @param start with what is called for each event that was acknowledged. */
function measured(
  name: string,
  { server, countRows, prepare }: Rig,
  start: (count: (millis?: number) => void) => Promise<Load>,
): Subject {
  return {
    name,
    prepare,
    measure: async (seconds) => {
      const rows = await countRows();
      const latencies: number[] = [];
      let acknowledged = 0;
      const load = await start((millis) => {
        acknowledged++;
        if (millis !== undefined) latencies.push(millis);
      });
      const before = await server.usage();
      const ownCpu = process.cpuUsage();
      const startedAt = performance.now();
      const running = load.run();
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
      const elapsedMs = performance.now() - startedAt;
      const inTime = acknowledged;
      const { user, system } = process.cpuUsage(ownCpu);
      const after = await server.usage();
      await load.end();
      await running;
      const written = (await countRows()) - rows;
      // Of the subject before, some may have been written after its end.
      if (written < acknowledged || written > acknowledged + CALLERS)
        throw new Error(`${name}: ${acknowledged} were acknowledged, and ${written} rows written`);
      const sorted = Float64Array.from(latencies).sort();
      return {
        perSecond: (inTime * 1_000) / elapsedMs,
        ...(sorted.length > 0 && { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) }),
        cpuMicros: (after.cpuMicros - before.cpuMicros) / inTime,
        loadCpu: (user + system) / 1_000 / elapsedMs,
      } satisfies Measurement;
    },
  };
}

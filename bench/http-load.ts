import autocannon, { type Client, type Request, type Result } from 'autocannon';
import { stampEventIds } from './events.ts';
import { quantile, type Measurement, type Subject } from './measurement.ts';
import type { ServerProcess } from './server-process.ts';

const ANSWER_WITHIN_SECONDS = 30;

export interface HttpLoad {
  readonly name: string;
  readonly server: ServerProcess;
  readonly connections: number;
  /** The requests that one connection sends, again and again. */
  requestsOf(connection: number): Request[];
  /** Events in each request; what is measured is then events. */
  readonly eventsPerRequest?: number;
  /** Requests a second over all connections; without it, as many as it can take. */
  readonly rate?: number | undefined;
  /** Overwrite the `eventId`s of each request with new ones. */
  readonly stampEventIds?: boolean;
  /** Counts the rows where the events are written: all that were acknowledged must be among them. */
  readonly countRows?: (() => Promise<number>) | undefined;
  readonly prepare?: (() => Promise<void>) | undefined;
}

/**
 * A server under load of autocannon. Requests are built before the run, so that it only sends and
 * counts; a run in which any response is not a 2xx, or an acknowledged event is not there, fails.
 */
export function httpSubject(load: HttpLoad): Subject {
  return {
    name: load.name,
    prepare: load.prepare,
    measure: async (seconds) => {
      const rows = await load.countRows?.();
      const measured = await measure(load, seconds);
      if (rows !== undefined) await checkRows(load, rows, measured.answers);
      return measured.measurement;
    },
  };
}

async function measure(load: HttpLoad, seconds: number): Promise<{ answers: number; measurement: Measurement }> {
  const latencies: number[] = [];
  const before = await load.server.usage();
  const ownCpu = process.cpuUsage();
  const start = performance.now();
  let connection = 0;
  const instance = autocannon({
    url: load.server.origin,
    connections: load.connections,
    duration: seconds,
    timeout: ANSWER_WITHIN_SECONDS,
    ...(load.rate === undefined ? {} : { overallRate: load.rate }),
    setupClient: (client) => {
      client.setRequests(load.requestsOf(connection++));
      if (load.stampEventIds === true) stampEveryRequest(client);
    },
  });
  // Its own histogram counts whole milliseconds.
  instance.on('response', (_client: unknown, _status: number, _bytes: number, millis: number) =>
    latencies.push(millis),
  );
  const result = await instance;
  const elapsedMs = performance.now() - start;
  const { user, system } = process.cpuUsage(ownCpu);
  const after = await load.server.usage();
  refuseErrors(load, result, latencies.length);

  const sorted = Float64Array.from(latencies).sort();
  const units = latencies.length * (load.eventsPerRequest ?? 1);
  return {
    answers: latencies.length,
    measurement: {
      perSecond: (units * 1000) / elapsedMs,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      cpuMicros: (after.cpuMicros - before.cpuMicros) / units,
      loadCpu: (user + system) / 1000 / elapsedMs,
    },
  };
}

/** The buffer was sent and answered before it comes round again: it may be changed in place. */
function stampEveryRequest(client: Client): void {
  const next = client.getRequestBuffer.bind(client);
  client.getRequestBuffer = () => {
    const request = next();
    stampEventIds(request);
    return request;
  };
}

function refuseErrors(
  { name }: HttpLoad,
  { errors, timeouts, non2xx, statusCodeStats }: Result,
  answers: number,
): void {
  if (errors + timeouts + non2xx === 0 && answers > 0) return;
  const statuses = Object.entries(statusCodeStats).map(([status, { count }]) => `${count} × ${status}`);
  throw new Error(
    `${name}: ${errors} connection errors, ${timeouts} time-outs, answers: ${statuses.join(', ') || 'none'}`,
  );
}

/** What was under way when the load ended may have been written too. */
async function checkRows(load: HttpLoad, before: number, answers: number): Promise<void> {
  const events = load.eventsPerRequest ?? 1;
  const written = ((await load.countRows?.()) ?? 0) - before;
  if (written >= answers * events && written <= (answers + load.connections) * events) return;
  throw new Error(`${load.name}: ${answers * events} events were acknowledged, and ${written} rows written`);
}

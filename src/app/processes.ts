import cluster from 'node:cluster';
import type { ServiceLog } from '../platform/log/service-log.ts';

const REPLACED_AFTER_MS = 1_000;
const READY = 'ready';

/** Tells the process that started this one, where there is one, that requests are served. */
export const tellReady = (): void => void cluster.worker?.send(READY);

/**
 * Runs several processes of the service until it is told to stop (SIGTERM, SIGINT). They share the port for requests, whose
 * connections go to them in turn; each has a port of its own for health and metrics. One that ends is replaced after a second.
 * One that cannot start, since its port is taken, say, ends all, with the exit status 1.
 *
 * @param count of processes
 * @param operationsPort of the first; the others have those after it
 */
export function runProcesses(count: number, operationsPort: number, log: ServiceLog): void {
  let stopping = false;
  const running = new Set<number>();
  const stop = (): void => {
    stopping = true;
    // A second one ends them at once.
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
  };
  const start = (index: number): void => {
    if (stopping) return;
    const worker = cluster.fork({ OPERATIONS_PORT: String(operationsPort + index) });
    running.add(index);
    let ready = false;
    worker.on('message', (message) => (ready ||= message === READY));
    worker.on('exit', (code, signal) => {
      running.delete(index);
      const how = signal ?? `exit status ${code}`;
      if (stopping) {
        if (code !== 0 && signal !== 'SIGTERM') process.exitCode = 1;
        if (running.size === 0) log.log('stopped', 'Service');
      } else if (!ready && code === 1) {
        log.error(`process ${index + 1} of ${count} did not start: all are stopped`, 'Service');
        process.exitCode = 1;
        stop();
      } else {
        log.warn(`process ${index + 1} of ${count} ended (${how}), and is replaced`, 'Service');
        setTimeout(() => start(index), REPLACED_AFTER_MS);
      }
    });
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      log.log(`${signal}: stopping ${running.size} processes`, 'Service');
      stop();
    });
  for (let index = 0; index < count; index++) start(index);
}

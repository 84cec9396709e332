import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const EVENTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/**
 * How the events of concurrent requests are written together: the observer of the group commit, which
 * the app binds to it, since operations know no slice.
 */
export class IngestMetrics {
  private queueLength = 0;
  private readonly refusals: Counter;
  private readonly failures: Counter;
  private readonly groupEvents: Histogram;
  private readonly flushSeconds: Histogram;

  /** @param maxQueuedEvents that may wait; beyond it requests are refused. */
  constructor(registry: Registry, maxQueuedEvents: number) {
    const registers = [registry];
    const queueLength = (): number => this.queueLength;
    new Gauge({
      name: 'ingest_queue_events',
      help: 'Events that wait or are being written.',
      registers,
      collect() {
        this.set(queueLength());
      },
    });
    new Gauge({
      name: 'ingest_queue_max_events',
      help: 'INGEST_QUEUE_EVENTS: of ingest_queue_events, beyond which requests are refused.',
      registers,
    }).set(maxQueuedEvents);
    this.refusals = new Counter({
      name: 'ingest_queue_refusals_total',
      help: 'Requests refused because INGEST_QUEUE_EVENTS were waiting.',
      registers,
    });
    this.failures = new Counter({
      name: 'ingest_flush_failures_total',
      help: 'Groups that could not be written, because the database was away or could not write.',
      registers,
    });
    this.groupEvents = new Histogram({
      name: 'ingest_flush_events',
      help: 'Events written together.',
      buckets: EVENTS,
      registers,
    });
    this.flushSeconds = new Histogram({
      name: 'ingest_flush_seconds',
      help: 'From the beginning of a write to its commit.',
      buckets: SECONDS,
      registers,
    });
  }

  queued(events: number): void {
    this.queueLength = events;
  }

  refused(): void {
    this.refusals.inc();
  }

  written(events: number, seconds: number): void {
    this.groupEvents.observe(events);
    this.flushSeconds.observe(seconds);
  }

  failed(): void {
    this.failures.inc();
  }
}

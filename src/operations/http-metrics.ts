import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { EventCounts } from '../http/event-counts.ts';
import type { Exchange, ExchangeObserver } from '../http/exchange.ts';
import type { UnparsedObserver } from '../http/unparsed-requests.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SINGLE_EVENT_ROUTE = '/api/v1/customer-events';
/** Refusals for what an event is; others (key, rate, time) say nothing of it. */
const REJECTED = new Set([400, 404, 409, 410, 413, 415]);

/** Requests, by names of which there are few: route templates, methods, statuses, codes. */
export class HttpMetrics implements ExchangeObserver, UnparsedObserver {
  private readonly requests: Counter;
  private readonly seconds: Histogram;
  private readonly unparsed: Counter;
  private readonly droppedConnections: Counter;

  constructor(
    registry: Registry,
    private readonly eventCounts: EventCounts,
  ) {
    const registers = [registry];
    this.requests = new Counter({
      name: 'http_requests_total',
      help: 'Requests that are over, by route template, method, status (499: the client went away) and code.',
      labelNames: ['method', 'route', 'status', 'code'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'From the end of the head of a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    });
    this.unparsed = new Counter({
      name: 'http_unparsed_requests_total',
      help: 'What was sent and never became a request, by the code of the refusal.',
      labelNames: ['code'],
      registers,
    });
    this.droppedConnections = new Counter({
      name: 'http_dropped_connections_total',
      help: 'Connections closed at once, because MAX_CONNECTIONS were open.',
      registers,
    });
    new Counter({
      name: 'customer_events_total',
      help: 'Events by the door they came through (single, batch, import) and what became of them.',
      labelNames: ['door', 'outcome'],
      registers,
      collect() {
        this.reset();
        for (const [door, counts] of eventCounts.counts) {
          for (const [outcome, count] of Object.entries(counts)) this.inc({ door, outcome }, count);
        }
      },
    });
  }

  /** @param server whose connections and requests under way are told of. */
  watch(registry: Registry, server: { requestsUnderWay(): number; connections(): Promise<number> }): void {
    new Gauge({
      name: 'http_requests_in_flight',
      help: 'Requests under way.',
      registers: [registry],
      collect() {
        this.set(server.requestsUnderWay());
      },
    });
    new Gauge({
      name: 'http_connections',
      help: 'Open connections of clients.',
      registers: [registry],
      async collect() {
        this.set(await server.connections());
      },
    });
  }

  ended(exchange: Exchange): void {
    const { route, status } = exchange;
    const method = exchange.request.method as string;
    this.requests.inc({ method, route, status, code: exchange.code ?? 'OK' });
    this.seconds.observe({ method, route, status }, (performance.now() - exchange.startedAt) / 1000);
    // One request is one event here, and many are refused before any handler sees them.
    if (route === SINGLE_EVENT_ROUTE) this.countSingleEvent(status);
  }

  refused(code: string): void {
    this.unparsed.inc({ code });
  }

  dropped(): void {
    this.droppedConnections.inc();
  }

  private countSingleEvent(status: number): void {
    if (status === 201) this.eventCounts.add('single', { created: 1 });
    else if (status === 200) this.eventCounts.add('single', { replayed: 1 });
    else if (REJECTED.has(status)) this.eventCounts.add('single', { rejected: 1 });
  }
}

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { InFlightRequest, RequestObserver } from '../platform/http/request/in-flight-request.ts';
import type { UnparsedObserver } from '../platform/http/server/unparsed-requests.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Requests, by names of which there are few: route templates, methods, statuses, codes. */
export class HttpMetrics implements RequestObserver, UnparsedObserver {
  private readonly requests: Counter;
  private readonly seconds: Histogram;
  private readonly unparsed: Counter;
  private readonly droppedConnections: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.requests = new Counter({
      name: 'http_requests_total',
      help: 'Requests that are over, by route template, method, status (499: the client went away) and code.',
      labelNames: ['method', 'route', 'status', 'code'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'From the end of the head of a request to the end of its response.',
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
      help: 'Connections closed at once, because MAX_CONNECTIONS, or MAX_CONNECTIONS_PER_ADDRESS, were open.',
      registers,
    });
  }

  /** @param server whose connections and in-flight requests are told of. */
  watch(
    registry: Registry,
    server: { requestsInFlight(): number; reservedBytes(): number; connections(): Promise<number> },
  ): void {
    new Gauge({
      name: 'http_requests_in_flight',
      help: 'In-flight requests.',
      registers: [registry],
      collect() {
        this.set(server.requestsInFlight());
      },
    });
    new Gauge({
      name: 'http_memory_reserved_bytes',
      help: 'Bytes held for clients: bodies, streams, and responses that are not read yet; of MEMORY_BUDGET_BYTES.',
      registers: [registry],
      collect() {
        this.set(server.reservedBytes());
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

  ended(inFlight: InFlightRequest): void {
    const { route, status } = inFlight;
    const method = inFlight.request.method as string;
    this.requests.inc({ method, route, status, code: inFlight.failure?.code ?? 'OK' });
    this.seconds.observe({ method, route, status }, (performance.now() - inFlight.startedAt) / 1000);
  }

  refused(code: string): void {
    this.unparsed.inc({ code });
  }

  dropped(): void {
    this.droppedConnections.inc();
  }
}

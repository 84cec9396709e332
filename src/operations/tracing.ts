import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { NO_ROUTE, type InFlightRequest, type RequestObserver } from '../platform/http/request/in-flight-request.ts';
import { parseTraceparent } from '../platform/http/request/traceparent.ts';

export interface TracingSettings {
  readonly otelServiceName: string;
  /** Of the requests whose caller does not decide it: 0 to 1. */
  readonly otelSampledShare: number;
}

/** A collector that does not respond may hold up the end so long, and no longer. */
const FLUSH_WITHIN_MS = 2_000;
const SCRAPES = /^\/(health|metrics)\b/;

/**
 * One span per request, child of the caller's (`traceparent`), sent to a collector by OTLP.
 *
 * This file is loaded only where a collector is set: see docs/decisions/0003-tracing-with-opentelemetry.md.
 */
@Injectable()
export class Tracing implements RequestObserver, OnApplicationShutdown {
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private readonly spans = new Map<InFlightRequest, Span>();

  constructor(otlpEndpoint: string, { otelServiceName, otelSampledShare }: TracingSettings) {
    const exporter = new OTLPTraceExporter({
      url: `${otlpEndpoint.replace(/\/+$/, '')}/v1/traces`,
      timeoutMillis: FLUSH_WITHIN_MS,
    });
    this.provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': otelServiceName }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(otelSampledShare) }),
      spanProcessors: [
        new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000, exportTimeoutMillis: FLUSH_WITHIN_MS }),
      ],
    });
    this.tracer = this.provider.getTracer('customer-events');
  }

  began(inFlight: InFlightRequest): void {
    const { request } = inFlight;
    if (SCRAPES.test(request.url ?? '')) return;
    const attributes = { 'http.request.method': request.method as string };
    const span = this.tracer.startSpan(
      request.method as string,
      { kind: SpanKind.SERVER, attributes },
      callersContext(inFlight),
    );
    inFlight.traceId = span.spanContext().traceId;
    this.spans.set(inFlight, span);
  }

  ended(inFlight: InFlightRequest): void {
    const span = this.spans.get(inFlight);
    if (span === undefined) return;
    this.spans.delete(inFlight);
    const { route, status, failure, caller, request } = inFlight;
    if (span.isRecording()) {
      if (route !== NO_ROUTE) span.updateName(`${request.method} ${route}`).setAttribute('http.route', route);
      span.setAttribute('http.response.status_code', status);
      if (failure !== undefined) span.setAttribute('error.type', failure.code);
      if (caller !== undefined) span.setAttribute('customer_events.app', caller.app.slug);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }

  async onApplicationShutdown(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_WITHIN_MS)));
    // Spans that no collector takes are lost; the service ends all the same.
    await Promise.race([this.provider.shutdown().catch(() => {}), tooLate]);
    clearTimeout(timer);
  }
}

function callersContext({ request }: InFlightRequest): Context {
  const caller = parseTraceparent(request.headers.traceparent);
  if (caller === null) return ROOT_CONTEXT;
  const { traceId, spanId, sampled } = caller;
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

import { Module, type DynamicModule } from '@nestjs/common';
import { DatabaseState } from './database-state.ts';
import { HealthController } from './health.controller.ts';
import { HOME_SETTINGS, HomeController, type HomeSettings } from './home.controller.ts';
import { MetricsController } from './metrics.controller.ts';
import { INGEST_QUEUE_EVENTS, Metrics } from './metrics.ts';
import { Readiness } from './readiness.ts';
import { SERVICE_VERSION, StateMetrics } from './state-metrics.ts';
import type { TracingSettings } from './tracing.ts';

/** The injection token of the {@link Tracing} of this process: null where nothing is traced. */
export const TRACING = 'TRACING';

export interface OperationsSettings extends TracingSettings, HomeSettings {
  readonly metricsEnabled: boolean;
  /** Of this build. */
  readonly version: string;
  /** Events that may wait to be written; beyond it requests are refused. */
  readonly ingestQueueEvents: number;
  /** Of the collector of traces; undefined: nothing is traced. */
  readonly otlpEndpoint: string | undefined;
}

@Module({})
export class OperationsModule {
  static forRoot(settings: OperationsSettings): DynamicModule {
    return {
      module: OperationsModule,
      controllers: [HomeController, HealthController, ...(settings.metricsEnabled ? [MetricsController] : [])],
      providers: [
        DatabaseState,
        Metrics,
        Readiness,
        StateMetrics,
        { provide: HOME_SETTINGS, useValue: settings satisfies HomeSettings },
        { provide: SERVICE_VERSION, useValue: settings.version },
        { provide: INGEST_QUEUE_EVENTS, useValue: settings.ingestQueueEvents },
        { provide: TRACING, useFactory: () => startTracing(settings) },
      ],
      exports: [Metrics],
    };
  }
}

/** OpenTelemetry is loaded only where there is a collector: without one it costs nothing. */
async function startTracing(settings: OperationsSettings): Promise<object | null> {
  if (settings.otlpEndpoint === undefined) return null;
  const { Tracing } = await import('./tracing.ts');
  return new Tracing(settings.otlpEndpoint, settings);
}

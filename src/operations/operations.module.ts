import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config.ts';
import { HealthController } from './health.controller.ts';
import { MetricsController } from './metrics.controller.ts';
import { Readiness } from './readiness.ts';

/** The injection token of the {@link Tracing} of this process: null where nothing is traced. */
export const TRACING = 'TRACING';

@Module({})
export class OperationsModule {
  static with(config: Config): DynamicModule {
    return {
      module: OperationsModule,
      controllers: config.metricsEnabled ? [HealthController, MetricsController] : [HealthController],
      providers: [Readiness, { provide: TRACING, useFactory: () => startTracing(config) }],
    };
  }
}

/** OpenTelemetry is loaded only where there is a collector: without one it costs nothing. */
async function startTracing(config: Config): Promise<object | null> {
  if (config.otlpEndpoint === undefined) return null;
  const { Tracing } = await import('./tracing.ts');
  return new Tracing(config.otlpEndpoint, config);
}

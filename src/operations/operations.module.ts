import { Module, type DynamicModule } from '@nestjs/common';
import { HealthController } from './health.controller.ts';
import { MetricsController } from './metrics.controller.ts';
import { Readiness } from './readiness.ts';

@Module({})
export class OperationsModule {
  static with({ metricsEnabled }: { metricsEnabled: boolean }): DynamicModule {
    return {
      module: OperationsModule,
      controllers: metricsEnabled ? [HealthController, MetricsController] : [HealthController],
      providers: [Readiness],
    };
  }
}

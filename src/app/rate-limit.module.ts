import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { Config } from '../config.ts';
import { driverUrl } from '../platform/postgres/database-url.ts';
import { CostlyRequestsGuard, MAX_COSTLY_REQUESTS_PER_APP } from '../platform/http/rate-limit/costly-requests.ts';
import { MemoryRateStore } from '../platform/http/rate-limit/memory-rate-store.ts';
import { PostgresRateStore } from '../platform/http/rate-limit/postgres-rate-store.ts';
import { StorageFailures } from '../platform/postgres/storage-failures.ts';
import { RateLimitGuard } from '../platform/http/rate-limit/rate-limit.guard.ts';
import { DEFAULT_RATE_LIMITS, RateLimits, type DefaultRateLimits } from '../platform/http/rate-limit/rate-limits.ts';
import { RateStore } from '../platform/http/rate-limit/rate-store.ts';

/** Its guards are global, and run after those of modules that are imported before it. */
@Module({})
export class RateLimitModule {
  static forRoot(config: Config, databaseUrl: string): DynamicModule {
    const defaults: DefaultRateLimits = {
      events: config.rateLimits,
      reads: config.readLimits,
      sessionReads: config.sessionReadLimits,
    };
    return {
      module: RateLimitModule,
      providers: [
        RateLimits,
        { provide: DEFAULT_RATE_LIMITS, useValue: defaults },
        {
          provide: RateStore,
          inject: [StorageFailures],
          useFactory: (failures: StorageFailures) =>
            config.rateLimitStore === 'postgres'
              ? new PostgresRateStore(driverUrl(databaseUrl), (error) => failures.failed(error))
              : new MemoryRateStore(),
        },
        { provide: APP_GUARD, useClass: RateLimitGuard },
        { provide: MAX_COSTLY_REQUESTS_PER_APP, useValue: config.maxCostlyRequestsPerApp },
        { provide: APP_GUARD, useClass: CostlyRequestsGuard },
      ],
    };
  }
}

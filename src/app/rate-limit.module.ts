import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { Config } from '../config.ts';
import { MemoryRateStore } from '../platform/http/rate-limit/memory-rate-store.ts';
import { RateLimitGuard } from '../platform/http/rate-limit/rate-limit.guard.ts';
import { RATE_SETTINGS, RateLimits, type RateSettings } from '../platform/http/rate-limit/rate-limits.ts';
import { RateStore } from '../platform/http/rate-limit/rate-store.ts';

/** Its guard is global, and runs after those of modules that are imported before it. */
@Module({})
export class RateLimitModule {
  static forRoot(config: Config): DynamicModule {
    const settings: RateSettings = { events: config.rateLimits, reads: config.readLimits };
    return {
      module: RateLimitModule,
      providers: [
        RateLimits,
        { provide: RATE_SETTINGS, useValue: settings },
        { provide: RateStore, useClass: MemoryRateStore },
        { provide: APP_GUARD, useClass: RateLimitGuard },
      ],
    };
  }
}

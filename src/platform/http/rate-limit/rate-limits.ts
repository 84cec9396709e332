import { Inject, Injectable } from '@nestjs/common';
import type { RateLimits as WindowsOfKinds, RateWindow } from '../../../../libs/kernel/rate-window.ts';
import { RateLimit } from './rate-limit.ts';
import { RateStore } from './rate-store.ts';

/** Of a key for which nothing else is set, and of an embed session. */
export interface DefaultRateLimits extends WindowsOfKinds {
  readonly sessionReads: readonly RateWindow[];
}

/** The injection token of {@link DefaultRateLimits}: a part of the settings. */
export const DEFAULT_RATE_LIMITS = 'DEFAULT_RATE_LIMITS';

/** The limits of all keys: how fast their events come in, and how fast they ask for anything else. */
@Injectable()
export class RateLimits {
  readonly events: RateLimit;
  readonly reads: RateLimit;
  readonly sessionReads: RateLimit;

  constructor(store: RateStore, @Inject(DEFAULT_RATE_LIMITS) defaults: DefaultRateLimits) {
    this.events = new RateLimit(store, 'events', defaults.events);
    this.reads = new RateLimit(store, 'reads', defaults.reads);
    this.sessionReads = new RateLimit(store, 'reads', defaults.sessionReads);
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { RateLimit } from './rate-limit.ts';
import { RateStore, type RateWindow } from './rate-store.ts';

/** The injection token of {@link RateSettings}: a part of the settings, bound in the app's module. */
export const RATE_SETTINGS = 'RATE_SETTINGS';

/** The windows of a key for which nothing else is set. */
export interface RateSettings {
  readonly events: readonly RateWindow[];
  readonly reads: readonly RateWindow[];
}

/** The limits of all keys: how fast their events come in, and how fast they ask for anything else. */
@Injectable()
export class RateLimits {
  readonly events: RateLimit;
  readonly reads: RateLimit;

  constructor(store: RateStore, @Inject(RATE_SETTINGS) settings: RateSettings) {
    this.events = new RateLimit(store, 'events', settings.events);
    this.reads = new RateLimit(store, 'reads', settings.reads);
  }
}

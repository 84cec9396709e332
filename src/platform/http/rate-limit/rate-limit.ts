import type { ServerResponse } from 'node:http';
import { defineErrorOf } from '../../../../libs/kernel/domain-error.ts';
import { HttpError } from '../errors/http-error.ts';
import type { Caller } from '../request/caller.ts';
import type { RequestCharge } from '../request/request-charge.ts';
import { replaceHeader } from '../response/response-head.ts';
import type { CountedWindow, RateStore, RateWindow, WindowState } from './rate-store.ts';

export const tooManyRequests = defineErrorOf(
  HttpError,
  'too-many',
  'TOO_MANY_REQUESTS',
  (retryAfterSeconds: number) => ({
    message: `The rate limit of this key is reached; send the request again in ${retryAfterSeconds} s`,
    details: { retryAfterSeconds },
    headers: { 'Retry-After': String(retryAfterSeconds) },
  }),
  1,
);

/** What a limit counts: events that come in, or units of all other requests. */
export type RateKind = 'events' | 'reads';

/** A window, and what headers call it. */
interface NamedWindow extends CountedWindow {
  readonly name: string;
}

/**
 * Limits how much one key may ask for, in several windows at once. It counts events, or units of work, not
 * requests, so that a batch is neither punished nor a loophole: a request passes as soon as every
 * window has room for one unit, and what it takes beyond a window's quota makes that window last as
 * much longer.
 */
export class RateLimit {
  /** @param windows none: no limit. */
  constructor(
    private readonly store: RateStore,
    private readonly kind: RateKind,
    private readonly windows: readonly RateWindow[],
  ) {}

  /**
   * Takes units, and tells the client how it stands (draft-ietf-httpapi-ratelimit-headers).
   *
   * @returns what was taken; it rises where more turns out to be asked for.
   * @throws TOO_MANY_REQUESTS, and then nothing is counted.
   */
  async take(caller: Caller, units: number, response: ServerResponse): Promise<RequestCharge | undefined> {
    const windows = this.windowsOf(caller);
    if (windows.length === 0) return undefined;
    const { states, waitMs } = await this.store.take(windows, units);
    tell(response, windows, states);
    if (waitMs > 0) throw tooManyRequests(wholeSeconds(waitMs));
    return new Charge(this.store, windows, units, response);
  }

  private windowsOf({ keyId }: Caller): NamedWindow[] {
    return this.windows.map((window) => ({
      ...window,
      key: `${this.kind} ${keyId} ${window.units}/${window.seconds}`,
      name: `"${window.units}-per-${window.seconds}s"`,
    }));
  }
}

class Charge implements RequestCharge {
  constructor(
    private readonly store: RateStore,
    private readonly windows: readonly NamedWindow[],
    private units: number,
    private readonly response: ServerResponse,
  ) {}

  async raiseTo(units: number): Promise<void> {
    const more = units - this.units;
    if (more <= 0) return;
    this.units = units;
    tell(this.response, this.windows, await this.store.add(this.windows, more));
  }
}

function tell(response: ServerResponse, windows: readonly NamedWindow[], states: readonly WindowState[]): void {
  replaceHeader(
    response,
    'RateLimit-Policy',
    windows.map(({ name, units, seconds }) => `${name};q=${units};w=${seconds}`).join(', '),
  );
  replaceHeader(
    response,
    'RateLimit',
    windows
      .map(({ name, units }, index) => {
        const { used, msLeft } = states[index] as WindowState;
        return `${name};r=${Math.max(0, units - used)};t=${wholeSeconds(msLeft)}`;
      })
      .join(', '),
  );
}

/** Rounded up, so that a retry after that long passes. */
const wholeSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

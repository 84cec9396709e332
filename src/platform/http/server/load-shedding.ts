import { RETRY_AFTER_UNAVAILABLE } from '../errors/failure-headers.ts';
import { tooManyInFlight } from '../errors/http-error.ts';
import type { InFlightRequest, RequestObserver } from '../request/in-flight-request.ts';
import { sendFailure } from '../response/send.ts';
import { RefusalPacing } from './refusal-pacing.ts';

/** Probes and scrapes tell of the overload: they pass. Floods of them are slowed down by {@link KeylessPacing}. */
const ALWAYS: ReadonlySet<string | undefined> = new Set(['/health/live', '/health/ready', '/metrics']);
const COUNT_EVERY_MS = 100;
const RETRY_AFTER_MS = Number(RETRY_AFTER_UNAVAILABLE) * 1_000;

/**
 * Refuses requests at the channel, before they cost anything, while as many as may be are in flight.
 *
 * A refusal costs a third of a request, so a client that ignores `Retry-After` could still take
 * the time of those who are served: its next refusal comes when it was told to come. Measured in
 * docs/decisions/0015-load-shedding.md.
 */
export class LoadShedding implements RequestObserver {
  private inFlight = 0;
  private readonly pacing = new RefusalPacing();
  private stalled = 0;
  private countedAt = -Infinity;

  /** @param countStalled how many of those under way wait for a client to send its body. */
  constructor(
    private readonly maxRequests: number,
    private readonly countStalled: () => number,
  ) {}

  /** @returns false: the request is refused, now or soon. */
  accept(inFlight: InFlightRequest): boolean {
    const { request, response } = inFlight;
    if (ALWAYS.has(request.url)) return true;
    if (this.hasCapacity()) {
      this.inFlight++;
      inFlight.isCounted = true;
      return true;
    }
    this.pacing.refuse(request.socket, RETRY_AFTER_MS, () => {
      if (!response.destroyed) sendFailure(response, tooManyInFlight());
    });
    return false;
  }

  ended({ isCounted }: InFlightRequest): void {
    if (isCounted) this.inFlight--;
  }

  /** Slow clients must not take the room of the others; they are counted only where it matters. */
  private hasCapacity(): boolean {
    if (this.inFlight < this.maxRequests) return true;
    const now = performance.now();
    if (now - this.countedAt > COUNT_EVERY_MS) {
      this.countedAt = now;
      this.stalled = this.countStalled();
    }
    return this.inFlight - this.stalled < this.maxRequests;
  }
}

import type { IncomingMessage } from 'node:http';
import { addressOf } from '../request/address-of.ts';
import { bearerToken } from '../request/bearer-token.ts';
import type { InFlightRequest, RequestObserver } from '../request/in-flight-request.ts';

/** So much may come at once before anything waits. */
const BURST = 200;
/** A response of so many bytes, begun, counts as a request: documents cost more than refusals. */
const BYTES_OF_ONE = 16_384;
const RELEASE_EVERY_MS = 5;

interface Waiting {
  readonly inFlight: InFlightRequest;
  readonly proceed: () => void;
}

/**
 * Slows down requests without a known key or session, so that they cannot take the room of those with one: probes, scrapes,
 * documents, unknown keys, missing keys, paths that do not exist. While more of them came than `perSecond` allows,
 * further ones wait, and addresses take turns, so that a probe does not wait behind a flood. Whoever has a known
 * key passes at any time.
 */
export class KeylessPacing implements RequestObserver {
  private available = BURST;
  private refilledAt = performance.now();
  private readonly byAddress = new Map<string, Waiting[]>();
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param perSecond 0: nothing ever waits.
   * @param isKnownKey whether the request has a key, or the token of a session, that was good before; asked only while others have to wait.
   */
  constructor(
    private readonly perSecond: number,
    private readonly isKnownKey: (request: IncomingMessage) => boolean,
  ) {}

  /** Goes on with the request, at once or when it is its turn; never, if its client goes away before. */
  admit(inFlight: InFlightRequest, proceed: () => void): void {
    const { request } = inFlight;
    if (this.perSecond === 0 || (this.byAddress.size === 0 && this.refill() > 0)) {
      if (!hasKey(request)) this.available--;
      proceed();
    } else if (this.isKnownKey(request)) {
      proceed();
    } else {
      this.wait({ inFlight, proceed });
    }
  }

  /** Whether its key was good is known only now; and what was sent counts, too. */
  ended({ caller, request, responseBytes }: InFlightRequest): void {
    if (caller !== undefined) return;
    this.available -= Number(hasKey(request)) + Math.floor(responseBytes / BYTES_OF_ONE);
    // Nobody waits for more than a second because of what is over.
    this.available = Math.max(this.available, -this.perSecond);
  }

  private refill(): number {
    const now = performance.now();
    this.available = Math.min(BURST, this.available + ((now - this.refilledAt) / 1_000) * this.perSecond);
    this.refilledAt = now;
    return this.available;
  }

  private wait(waiting: Waiting): void {
    const address = addressOf(waiting.inFlight.request.socket);
    const others = this.byAddress.get(address);
    if (others === undefined) this.byAddress.set(address, [waiting]);
    else others.push(waiting);
    this.timer ??= setInterval(() => this.release(), RELEASE_EVERY_MS).unref();
  }

  /** One of each address in turn. */
  private release(): void {
    this.refill();
    for (; this.available > 0 && this.byAddress.size > 0; this.available--) {
      const [address, waiting] = this.byAddress.entries().next().value as [string, Waiting[]];
      this.byAddress.delete(address);
      const next = waiting.shift();
      if (waiting.length > 0) this.byAddress.set(address, waiting);
      if (next !== undefined && isOpen(next.inFlight)) next.proceed();
    }
    if (this.byAddress.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

/** Meanwhile it may have been refused for a body that does not come. */
const isOpen = ({ request, response }: InFlightRequest): boolean => !request.socket.destroyed && !response.headersSent;

const hasKey = ({ headers }: IncomingMessage): boolean =>
  headers['x-api-key'] !== undefined || bearerToken(headers) !== undefined;

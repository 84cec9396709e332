import { isFinal, problemIn, ProblemError } from '../api/problem.ts';
import type { Instant, Renewal } from '../api/types.ts';
import type { Surroundings } from './surroundings.ts';

/** So long before it expires a session is renewed, while somebody sees the page. */
const AHEAD_MS = 60_000;
/** After a renewal, whatever came of it: where the clock of the browser is wrong, each session seems to have expired. */
const RETRY_MS = 10_000;
/** After renewals that failed the next one comes later each time, up to this. */
const MAX_RETRY_MS = 300_000;
/** How long the host is waited for. */
const HOST_MS = 30_000;

export interface SessionOptions {
  readonly renew: () => Promise<Renewal>;
  /** Asks the host for another token; false: there is no host. */
  readonly askHost: (expiresAt: Instant) => boolean;
}

/**
 * The session of the page: its token, and that it does not expire while the page is looked at. A renewal keeps the token;
 * where none is possible any more, the host is asked for another one.
 */
export class Session {
  private expiresAt: Instant | null = null;
  private renewableUntil: Instant | null = null;
  private ahead = AHEAD_MS;
  private renewal: Promise<void> | null = null;
  private callOff: () => void = () => {};
  private renewedAt = Number.NEGATIVE_INFINITY;
  private failures = 0;
  private hostAnswer: Promise<void> | null = null;
  private tokenCame: () => void = () => {};

  constructor(
    public token: string,
    private readonly surroundings: Surroundings,
    private readonly options: SessionOptions,
  ) {
    surroundings.onVisibilityChange(() => this.plan());
  }

  /** Until when it is good, as the service says. */
  know({ expiresAt, renewableUntil }: Renewal): void {
    this.expiresAt = expiresAt;
    this.renewableUntil = renewableUntil;
    // A session of a minute is renewed after half of it, not again and again.
    this.ahead = Math.min(AHEAD_MS, this.left(expiresAt) / 2);
    this.plan();
  }

  /** The host has given another token. */
  replace(token: string): void {
    this.token = token;
    this.expiresAt = null;
    this.renewableUntil = null;
    this.failures = 0;
    this.callOff();
    this.tokenCame();
  }

  /**
   * Does something with the token. Where that has expired, or another one came meanwhile, once more with the new one: a
   * refusal of the token before says nothing of it. @throws ProblemError
   */
  async run<T>(ask: () => Promise<T>): Promise<T> {
    const { token } = this;
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const isExpired = error.problem.kind === 'session-expired';
      if (token === this.token && isExpired) await this.waitForHost(error);
      else if (token === this.token || !(isExpired || isFinal(error.problem))) throw error;
      return ask();
    }
  }

  /** Many requests at once ask once. */
  private waitForHost(expired: ProblemError): Promise<void> {
    this.hostAnswer ??= this.askHost(expired).finally(() => (this.hostAnswer = null));
    return this.hostAnswer;
  }

  private async askHost(expired: ProblemError): Promise<void> {
    const expiresAt = this.expiresAt ?? new Date(this.surroundings.now()).toISOString();
    if (!this.options.askHost(expiresAt)) throw expired;
    await new Promise<void>((resolve, reject) => {
      const callOff = this.surroundings.after(HOST_MS, () => reject(expired));
      this.tokenCame = () => {
        callOff();
        resolve();
      };
    });
  }

  /** By the clock, as timers of hidden pages come late. */
  private plan(): void {
    this.callOff();
    if (this.expiresAt === null || !this.surroundings.isVisible()) return;
    const wait = Math.max(0, this.left(this.expiresAt) - this.ahead);
    const sinceRenewal = this.surroundings.now() - this.renewedAt;
    this.callOff = this.surroundings.after(Math.max(wait, RETRY_MS - sinceRenewal), () => void this.renew());
  }

  private left(expiresAt: Instant): number {
    return Math.max(0, Date.parse(expiresAt) - this.surroundings.now());
  }

  /** Many at once are one. */
  private renew(): Promise<void> {
    this.renewal ??= this.renewNow().finally(() => (this.renewal = null));
    return this.renewal;
  }

  private async renewNow(): Promise<void> {
    const { expiresAt, renewableUntil, token } = this;
    this.renewedAt = this.surroundings.now();
    if (expiresAt !== null && renewableUntil !== null && Date.parse(expiresAt) >= Date.parse(renewableUntil)) {
      this.options.askHost(expiresAt);
      return;
    }
    try {
      const renewal = await this.options.renew();
      // It may be of the token before.
      if (token !== this.token) return;
      this.failures = 0;
      this.know(renewal);
    } catch (error) {
      if (token !== this.token) return;
      const problem = problemIn(error);
      if (problem.kind === 'session-expired' && expiresAt !== null) this.options.askHost(expiresAt);
      else if (!isFinal(problem)) this.tryLater();
    }
  }

  private tryLater(): void {
    const wait = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** this.failures++);
    this.callOff = this.surroundings.after(wait, () => void this.renew());
  }
}

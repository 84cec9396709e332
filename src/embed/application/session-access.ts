import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/kernel/clock.ts';
import { RememberedLookups } from '../../../libs/kernel/remembered-lookups.ts';
import { tooManySessionLookups } from '../domain/embed-error.ts';
import { isWellFormedToken, sessionState, sha256OfToken, type EmbedSession } from '../domain/embed-session.ts';
import { EmbedSessionStore } from './embed-session-store.port.ts';
import { SessionKeys, type SessionKey } from './session-keys.port.ts';

/** The injection token of how long a looked-up session is remembered, in milliseconds. */
export const SESSION_CACHE_MS = 'SESSION_CACHE_MS';

/** A session that is let in, and the key that made it. */
export interface LiveSession {
  readonly session: EmbedSession;
  readonly key: SessionKey;
}

/** Why a session is not let in: `ended` also where the key that made it is refused by now. The response may tell less. */
export interface SessionRefusal {
  readonly refused: 'missing' | 'malformed' | 'unknown' | 'ended' | 'expired';
  /** The slug of its app, where that is known. */
  readonly app?: string | undefined;
}

interface Found {
  readonly session: EmbedSession;
  /** Null: it is refused. */
  readonly key: SessionKey | null;
  /** Milliseconds since the Unix epoch, before it was read. */
  readonly readAt: number;
}

/**
 * Finds out whose session a token is. What was looked up is remembered for a few seconds, which is how long the end of a
 * session, or of its key, may take to be seen by this instance. An expiry is seen at once; since another instance may have
 * renewed the session, it is looked up again first.
 */
@Injectable()
export class SessionAccess {
  private readonly lookups: RememberedLookups<Found>;

  constructor(
    private readonly store: EmbedSessionStore,
    private readonly keys: SessionKeys,
    private readonly clock: Clock,
    @Inject(SESSION_CACHE_MS) cacheMs: number,
  ) {
    this.lookups = new RememberedLookups(
      (sha256) => this.find(sha256),
      cacheMs,
      () => {},
      tooManySessionLookups,
    );
  }

  /** @throws SERVICE_UNAVAILABLE if sessions cannot be read. */
  async authenticate(presented: string): Promise<LiveSession | SessionRefusal> {
    if (!isWellFormedToken(presented)) return { refused: 'malformed' };
    const found = await this.lookups.lookup(sha256OfToken(presented), (known) => this.mayBeRenewed(known));
    if (found === null) return { refused: 'unknown' };
    const { session, key } = found;
    const now = this.clock.now();
    const state = sessionState(session, now);
    const isKeyOver = key === null || (key.expiresAt !== null && key.expiresAt <= now);
    if (isKeyOver || state === 'revoked') return { refused: 'ended', app: key?.app.slug };
    return state === 'expired' ? { refused: 'expired', app: key.app.slug } : { session, key };
  }

  /** Whether this token was good before. It says nothing of what has become of the session since. */
  knows(presented: string): boolean {
    return isWellFormedToken(presented) && this.lookups.knows(sha256OfToken(presented));
  }

  /** It has expired since it was read. One that had expired before can be renewed no more. */
  private mayBeRenewed({ session: { expiresAt }, readAt }: Found): boolean {
    return readAt < expiresAt && expiresAt <= this.clock.now();
  }

  private async find(sha256: Buffer): Promise<Found | null> {
    const readAt = this.clock.now();
    const session = await this.store.findBySha256(sha256);
    return session && { session, key: await this.keys.usable(session.keyId), readAt };
  }
}

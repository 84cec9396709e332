import type { RateWindow } from '../../../libs/kernel/rate-window.ts';
import type { RetentionRules } from '../../../libs/retention/retention-rules.ts';

/** The key that made a session, and its app. */
export interface SessionKey {
  readonly id: string;
  readonly prefix: string;
  readonly type: 'agent' | 'public';
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number | null;
  readonly app: {
    readonly id: string;
    readonly slug: string;
    readonly name: string;
    readonly retention: RetentionRules;
    readonly eventLimits: readonly RateWindow[] | null;
    readonly readLimits: readonly RateWindow[] | null;
  };
}

/** Knows the keys that make sessions. */
export abstract class SessionKeys {
  /** Null where the key is refused by now: revoked, expired, or of an app that is suspended. @throws SERVICE_UNAVAILABLE */
  abstract usable(keyId: string): Promise<SessionKey | null>;
}

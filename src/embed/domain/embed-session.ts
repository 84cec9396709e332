import { randomId } from '../../../libs/kernel/ids.ts';
import { newSecret, secretPattern, sha256OfSecret } from '../../../libs/kernel/secrets.ts';
import type { Instant } from '../../../libs/time/instant.ts';

/** By what the customer of a session was found: an e-mail address proves nothing of who wrote the ticket. */
export type MatchedBy = 'externalId' | 'email';

/** Lets whoever has its token read one customer of one app, for a while. The token itself is shown once. */
export interface EmbedSession {
  readonly id: string;
  readonly appId: string;
  /** The key that made it: the session ends with it. */
  readonly keyId: string;
  readonly sha256: Buffer;
  readonly customerId: string;
  readonly customerExternalId: string;
  readonly matchedBy: MatchedBy;
  /** Who looks, as the host names the person. */
  readonly viewerId: string | null;
  readonly viewerName: string | null;
  /** When the ticket was opened. */
  readonly at: Instant | null;
  /** Filters of event types, as texts; null: all types. */
  readonly types: readonly string[] | null;
  readonly masked: boolean;
  readonly locale: string | null;
  readonly timeZone: string | null;
  readonly eventLink: string | null;
  readonly ttlSeconds: number;
  /** Times in milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly renewableUntil: number;
  readonly revokedAt: number | null;
  readonly lastSeenAt: number | null;
  readonly requests: number;
}

/** What is asked for; the rest follows from the key, the customer and the time. */
export interface SessionDraft extends Pick<
  EmbedSession,
  'viewerId' | 'viewerName' | 'at' | 'types' | 'masked' | 'locale' | 'timeZone' | 'eventLink' | 'ttlSeconds'
> {
  /** Seconds after which no renewal helps. */
  readonly maxAgeSeconds: number;
}

const TOKEN_PREFIX = 'es_';
const TOKEN_PATTERN = secretPattern(TOKEN_PREFIX);

export const isWellFormedToken = (text: string): boolean => TOKEN_PATTERN.test(text);

export const sha256OfToken = sha256OfSecret;

export function newSession(
  of: Pick<EmbedSession, 'appId' | 'keyId' | 'customerId' | 'customerExternalId' | 'matchedBy'>,
  { maxAgeSeconds, ...draft }: SessionDraft,
  now: number,
): { session: EmbedSession; token: string } {
  const token = newSecret(TOKEN_PREFIX);
  const renewableUntil = now + maxAgeSeconds * 1_000;
  const session: EmbedSession = {
    id: randomId(),
    ...of,
    ...draft,
    sha256: sha256OfToken(token),
    createdAt: now,
    expiresAt: Math.min(now + draft.ttlSeconds * 1_000, renewableUntil),
    renewableUntil,
    revokedAt: null,
    lastSeenAt: null,
    requests: 0,
  };
  return { session, token };
}

/** What has become of a session by itself; whatever becomes of its key or app comes on top. */
export type SessionState = 'valid' | 'expired' | 'revoked';

export function sessionState({ revokedAt, expiresAt }: EmbedSession, now: number): SessionState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt <= now ? 'expired' : 'valid';
}

/** The same session with the time that a renewal gives it: never less than it had. */
export const renewed = (session: EmbedSession, now: number): EmbedSession => ({
  ...session,
  expiresAt: Math.max(session.expiresAt, Math.min(now + session.ttlSeconds * 1_000, session.renewableUntil)),
});

import { timingSafeEqual } from 'node:crypto';
import type { RateWindow } from '../../../libs/kernel/rate-window.ts';
import type { RetentionRules } from '../../../libs/retention/retention-rules.ts';
import { newSecret, secretPattern, sha256OfSecret } from '../../../libs/kernel/secrets.ts';
import type { Scopes } from '../../platform/access/scopes.ts';
import { apiKeyExpired, apiKeyForbidden, apiKeyInvalid, appSuspended } from './api-keys-error.ts';

export type ApiKeyType = 'agent' | 'public';

/** An application (tenant). Everything a key sees and writes belongs to its app. */
export interface App {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** How fast all its keys together may send events; null: no such limit. */
  readonly eventLimits: readonly RateWindow[] | null;
  /** The same of everything else that they ask for, in units. */
  readonly readLimits: readonly RateWindow[] | null;
  /** How long its events are kept; what no rule names is kept for ever. */
  readonly retention: RetentionRules;
  /** Times in milliseconds since the Unix epoch. */
  readonly createdAt: number;
  /** Since when its keys are refused; null: they are not. */
  readonly suspendedAt: number | null;
  /** Since when it is being deleted, with all its customers and events; that cannot be taken back. Then it is suspended, too. */
  readonly deletionStartedAt: number | null;
  /** The sites that may show its pages in a frame, such as `https://*.acme.com`; empty: none may. */
  readonly embedOrigins: readonly string[];
}

/** What is kept of a key. An agent key itself is shown once, at its creation. */
export interface ApiKey {
  readonly id: string;
  readonly app: App;
  readonly name: string;
  readonly type: ApiKeyType;
  /** The beginning of the key, by which people recognise it. */
  readonly prefix: string;
  readonly sha256: Buffer;
  /** Times in milliseconds since the Unix epoch. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
  readonly createdAt: number;
  /** The id of the key that has taken its place; until it expires both are valid. */
  readonly replacedBy: string | null;
  /** How fast it may send events, and, in units, ask for anything else; null: as fast as any key. */
  readonly eventLimits: readonly RateWindow[] | null;
  readonly readLimits: readonly RateWindow[] | null;
  readonly scopes: Scopes;
  /** The whole of a public key; null for agent keys, and for public ones whose text was not kept when they were created. */
  readonly publicKey: string | null;
}

export const APP_SLUG_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const PREFIX: Readonly<Record<ApiKeyType, string>> = { agent: 'sk_live_agent_', public: 'pk_live_' };
const SHOWN_OF_SECRET = 4;
const KEY_PATTERN = secretPattern(...Object.values(PREFIX));

export const newSecretKey = (type: ApiKeyType): string => newSecret(PREFIX[type]);

export const isWellFormedKey = (key: string): boolean => KEY_PATTERN.test(key);

export const sha256OfKey = sha256OfSecret;

export const shownPrefix = (key: string, type: ApiKeyType): string =>
  key.slice(0, PREFIX[type].length + SHOWN_OF_SECRET);

/** The {@link shownPrefix} of what was sent as a key; undefined where it has not the form of one, and may be anything. */
export function shownPrefixOf(presented: string): string | undefined {
  if (!isWellFormedKey(presented)) return undefined;
  return shownPrefix(presented, presented.startsWith(PREFIX.public) ? 'public' : 'agent');
}

/** What has become of a key: `revoked` and `expired` ones are refused, a `replaced` one works until it expires. */
export type KeyState = 'valid' | 'replaced' | 'expired' | 'revoked';

export function keyState({ revokedAt, expiresAt, replacedBy }: ApiKey, now: number): KeyState {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt !== null && expiresAt <= now) return 'expired';
  return replacedBy === null ? 'valid' : 'replaced';
}

/**
 * The key that was found, if it is an agent key that is neither revoked nor expired, of an app that is not suspended.
 * Revoked is revoked, and suspended is suspended, whatever the clock of the machine said on which it was done; only an
 * expiry is a time.
 *
 * @param sha256 of the key that was presented.
 * @throws AUTH_API_KEY_INVALID, AUTH_API_KEY_EXPIRED, AUTH_API_KEY_FORBIDDEN
 */
export function requireUsableKey(found: ApiKey | null, sha256: Buffer, now: number): ApiKey {
  if (found === null || !timingSafeEqual(found.sha256, sha256)) throw apiKeyInvalid('unknown');
  const { slug, suspendedAt } = found.app;
  if (found.revokedAt !== null) throw apiKeyInvalid('revoked', slug);
  if (found.expiresAt !== null && found.expiresAt <= now) throw apiKeyExpired(slug);
  if (suspendedAt !== null) throw appSuspended(slug);
  if (found.type === 'public') throw apiKeyForbidden(slug);
  return found;
}

/**
 * Whether a key that was found is a public one that names its app to a page. It opens nothing.
 *
 * @param sha256 of the key that was presented.
 */
export function isUsablePublicKey(found: ApiKey | null, sha256: Buffer, now: number): found is ApiKey {
  if (found?.type !== 'public' || !timingSafeEqual(found.sha256, sha256)) return false;
  return isInForce(found, now) && found.app.suspendedAt === null;
}

/** Whether a key is neither revoked nor expired. */
export const isInForce = (key: ApiKey, now: number): boolean => ['valid', 'replaced'].includes(keyState(key, now));

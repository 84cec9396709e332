import { keyState, type ApiKey } from '../../api-keys/domain/api-key.ts';
import { formatScopes } from '../../platform/access/scopes.ts';
import { describeLimits } from './rate-limit-option.ts';
import { tableLines } from './table.ts';

export const isoOf = (millis: number | null): string | null =>
  millis === null ? null : new Date(millis).toISOString();

/** All of a key but its hash. */
export function describeKey(key: ApiKey) {
  return {
    id: key.id,
    app: key.app.slug,
    name: key.name,
    type: key.type,
    prefix: key.prefix,
    createdAt: isoOf(key.createdAt),
    expiresAt: isoOf(key.expiresAt),
    revokedAt: isoOf(key.revokedAt),
    lastUsedAt: isoOf(key.lastUsedAt),
    replacedBy: key.replacedBy,
    ...describeLimits(key),
    scopes: key.scopes,
    ...(key.type === 'public' ? { publicKey: key.publicKey } : {}),
  } satisfies Record<Exclude<keyof ApiKey, 'sha256' | 'eventLimits' | 'readLimits' | 'publicKey'>, unknown>;
}

const HEADER = [
  'ID',
  'PREFIX',
  'TYPE',
  'STATE',
  'CREATED',
  'LAST USED',
  'EXPIRES',
  'EVENTS',
  'READS',
  'SCOPES',
  'NAME',
];

/** Where nothing is set: the limits of any key, no expiry, no use. */
const NONE = '-';

/** A public key opens nothing, whatever its scopes. */
const scopesText = ({ type, scopes }: ApiKey): string => (type === 'public' ? NONE : formatScopes(scopes));

/** A line for each key, beginning with its id; see {@link tableLines}. */
export function keyLines(keys: readonly ApiKey[], now: number, isTerminal?: boolean): string[] {
  const rows = keys.map((key) => {
    const { id, prefix, type, createdAt, lastUsedAt, expiresAt, revokedAt, name, ...limits } = describeKey(key);
    const state = revokedAt === null ? keyState(key, now) : `revoked ${revokedAt}`;
    const times = [createdAt, lastUsedAt, expiresAt].map((instant) => instant ?? NONE);
    const allowed = [limits.eventLimits ?? NONE, limits.readLimits ?? NONE, scopesText(key)];
    return [id, `${prefix}…`, type, state, ...times, ...allowed, name];
  });
  return tableLines(HEADER, rows, isTerminal);
}

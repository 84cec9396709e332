/**
 * What a key may be allowed to do. Every route with a key needs one of these, or says that it needs none.
 *
 * - `events:write`: record events, one, in batches, and as an import.
 * - `customers:write`: create and change customers.
 * - `customers:read`: read and find customers: names, addresses, metadata.
 * - `timeline:read`: read events, their summaries, contexts and exports, and the event types.
 * - `events:erase`: erase events, and customers with all their events.
 * - `event-types:write`: say how event types are displayed.
 * - `sessions:create`: make and end embed sessions.
 * - `audit:read`: read who did what.
 */
export const SCOPES = [
  'events:write',
  'customers:write',
  'customers:read',
  'timeline:read',
  'events:erase',
  'event-types:write',
  'sessions:create',
  'audit:read',
] as const;

export type Scope = (typeof SCOPES)[number];

/** Which scopes a key has; null: all that there are, and will be. */
export type Scopes = readonly Scope[] | null;

export const hasScope = (scopes: Scopes, scope: Scope): boolean => scopes === null || scopes.includes(scope);

/** Sets of scopes that have a name, so that nobody has to know the single ones. */
export const SCOPE_SETS = {
  write: ['events:write', 'customers:write'],
  read: ['customers:read', 'timeline:read'],
  support: ['customers:read', 'timeline:read', 'sessions:create'],
} as const satisfies Readonly<Record<string, readonly Scope[]>>;

/** The scopes as people name them: `all`, the name of a set, or a list such as `timeline:read,audit:read`. */
export function formatScopes(scopes: Scopes): string {
  if (scopes === null) return 'all';
  const text = scopes.join(',');
  const set = Object.entries(SCOPE_SETS).find(([, inSet]) => inSet.join(',') === text);
  return set?.[0] ?? text;
}

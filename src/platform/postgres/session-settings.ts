import type { DataSource } from 'typeorm';
import { quoted } from './database-fitness.ts';
import { UnfitSession } from './unfit-session.ts';

/**
 * What must hold in every session that the service uses. It is asked for when a connection is opened, but a pooler may
 * drop it, and may hand out sessions that were opened for somebody else: so it is looked at.
 */
export interface SessionSettings {
  /** For how long a statement may run, and a transaction may wait for its next one, in milliseconds at most. */
  readonly maxStatementMs: number;
  /** For how long a statement may wait for a lock, in milliseconds at most. */
  readonly maxLockMs: number;
  /**
   * The statement_timeout of a role whose sessions a pooler hands out, in milliseconds. Undefined: they will not do,
   * since the session must be the connection's own, and have its very limits. A migration takes long.
   */
  readonly roleStatementMs: number | undefined;
  /** Whether statements have names, under which a session keeps them prepared. */
  readonly preparedStatements: boolean;
}

/** A setting, how a session has to have it, and what it is set to for a role. */
interface Requirement {
  readonly name: string;
  readonly isMet: (value: string) => boolean;
  readonly forRole: string | number;
}

/** As PostgreSQL shows it. */
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time limit as PostgreSQL shows it, such as `4s` or `1500ms`, in milliseconds; 0: none. */
export function limitMs(shown: string): number {
  const [, count, unit = 'ms'] = /^(\d+)([a-z]+)?$/.exec(shown) ?? [];
  return Number(count) * (UNITS_MS[unit] as number);
}

function requirementsOf(settings: SessionSettings): readonly Requirement[] {
  const { maxStatementMs, maxLockMs, roleStatementMs } = settings;
  const limit = (name: string, maxMs: number, forRole: number): Requirement => {
    const isMet = (shown: string): boolean => {
      const ms = limitMs(shown);
      return roleStatementMs === undefined ? ms === maxMs : ms > 0 && ms <= maxMs;
    };
    return { name, isMet, forRole };
  };
  const fixed = (name: string, value: string): Requirement => ({
    name,
    isMet: (shown) => shown === value,
    forRole: `'${value}'`,
  });
  const roleMs = roleStatementMs ?? maxStatementMs;
  return [
    limit('statement_timeout', maxStatementMs, roleMs),
    limit('lock_timeout', maxLockMs, maxLockMs),
    limit('idle_in_transaction_session_timeout', maxStatementMs, roleMs),
    fixed('enable_bitmapscan', 'off'),
    fixed('enable_seqscan', 'off'),
    fixed('jit', 'off'),
    fixed('default_transaction_isolation', 'read committed'),
    fixed('client_encoding', 'UTF8'),
  ];
}

/** The names are the same whatever the limits are. */
const ANY: SessionSettings = { maxStatementMs: 1, maxLockMs: 1, roleStatementMs: 1, preparedStatements: true };

/** Reads what {@link unfitSession} judges, for the list of a SELECT. */
export const SESSION_COLUMNS = [
  'session_user::text AS "session_user"',
  'current_database()::text AS "current_database"',
  ...requirementsOf(ANY).map(({ name }) => `current_setting('${name}') AS "${name}"`),
].join(', ');

/** A row of {@link SESSION_COLUMNS}. */
export type SessionColumns = Readonly<Record<string, string>>;

/** Why a session must not be used, and what to do; undefined where it may. */
export function unfitSession(columns: SessionColumns, settings: SessionSettings): UnfitSession | undefined {
  const unmet = requirementsOf(settings).filter(({ name, isMet }) => !isMet(columns[name] as string));
  if (unmet.length === 0) return undefined;
  const found = unmet.map(({ name }) => `${name} is ${columns[name]}`).join(', ');
  const problem = `A session of the database is not as the service has asked for it (${found}): a pooler has dropped that`;
  if (settings.roleStatementMs === undefined) {
    return new UnfitSession(problem, 'Set MIGRATIONS_DATABASE_URL to reach PostgreSQL past the pooler.');
  }
  const role = `${quoted(columns.session_user as string)} IN DATABASE ${quoted(columns.current_database as string)}`;
  const statements = unmet.map(({ name, forRole }) => `ALTER ROLE ${role} SET ${name} = ${forRole};`);
  return new UnfitSession(
    problem,
    `Set it for the role, then end the sessions that the pooler has (RECONNECT in its console): ${statements.join(' ')}`,
  );
}

/** The settings that the connections of a DataSource were made with. */
export const sessionSettingsOf = ({ options }: DataSource): SessionSettings =>
  (options as unknown as { extra: { session: SessionSettings } }).extra.session;

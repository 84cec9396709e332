import { describe, expect, it } from '@jest/globals';
import { limitMs, unfitSession, type SessionColumns, type SessionSettings } from './session-settings.ts';

const settings: SessionSettings = {
  maxStatementMs: 4_000,
  maxLockMs: 2_000,
  roleStatementMs: 4_000,
  preparedStatements: true,
};
const FIT: SessionColumns = {
  session_user: 'events service',
  current_database: 'events',
  statement_timeout: '4s',
  lock_timeout: '2s',
  idle_in_transaction_session_timeout: '4s',
  enable_bitmapscan: 'off',
  enable_seqscan: 'off',
  jit: 'off',
  default_transaction_isolation: 'read committed',
  client_encoding: 'UTF8',
};
const problemOf = (changed: SessionColumns, expected = settings): string | undefined =>
  unfitSession({ ...FIT, ...changed }, expected)?.message;

describe('A time limit of a session', () => {
  it.each([
    ['0', 0],
    ['250ms', 250],
    ['4s', 4_000],
    ['2min', 120_000],
    ['3h', 10_800_000],
    ['1d', 86_400_000],
  ])('that PostgreSQL shows as %s has %i milliseconds', (shown, ms) => {
    expect(limitMs(shown)).toBe(ms);
  });
});

describe('A session of the database', () => {
  it('is fit with the settings that it was asked for, and with shorter limits', () => {
    expect(problemOf({})).toBeUndefined();
    expect(problemOf({ statement_timeout: '100ms', lock_timeout: '1ms' })).toBeUndefined();
  });

  it.each([
    ['statement_timeout', '0', '4000'],
    ['statement_timeout', '4001ms', '4000'],
    ['lock_timeout', '0', '2000'],
    ['lock_timeout', '1min', '2000'],
    ['idle_in_transaction_session_timeout', '0', '4000'],
    ['enable_bitmapscan', 'on', "'off'"],
    ['enable_seqscan', 'on', "'off'"],
    ['jit', 'on', "'off'"],
    ['default_transaction_isolation', 'serializable', "'read committed'"],
    ['client_encoding', 'SQL_ASCII', "'UTF8'"],
  ])('is unfit where %s is %s, which the role has to be given as %s', (name, value, forRole) => {
    expect(problemOf({ [name]: value })).toBe(
      `A session of the database is not as the service has asked for it (${name} is ${value}): a pooler has dropped that. ` +
        'Set it for the role, then end the sessions that the pooler has (RECONNECT in its console): ' +
        `ALTER ROLE "events service" IN DATABASE events SET ${name} = ${forRole};`,
    );
  });

  it('may let reads have the limit that the role has for writes', () => {
    const reads = { ...settings, maxStatementMs: 6_000 };
    expect(problemOf({ statement_timeout: '6s' }, reads)).toBeUndefined();
    expect(problemOf({ statement_timeout: '7s' }, reads)).toMatch(/SET statement_timeout = 4000;$/);
  });

  it.each(['0', '4s', '2d'])('does for migrations with their own limits only, not with %s', (shown) => {
    const day = {
      maxStatementMs: 86_400_000,
      maxLockMs: 86_400_000,
      roleStatementMs: undefined,
      preparedStatements: false,
    };
    const own = { statement_timeout: '1d', lock_timeout: '1d', idle_in_transaction_session_timeout: '1d' };
    expect(problemOf(own, day)).toBeUndefined();
    expect(problemOf({ ...own, statement_timeout: shown }, day)).toMatch(
      /pooler has dropped that\. Set MIGRATIONS_DATABASE_URL to reach PostgreSQL past the pooler\.$/,
    );
  });
});

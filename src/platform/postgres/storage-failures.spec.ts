import { describe, expect, it } from '@jest/globals';
import { ConnectionLost } from './storage-errors.ts';
import { FAILURE_KINDS, failureKind, StorageFailures } from './storage-failures.ts';

const postgres = (code: string, severity = 'ERROR'): Error => Object.assign(new Error('failed'), { code, severity });

describe('A failure of the storage', () => {
  it.each([
    ['connection', 'refused', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
    ['connection', 'lost before the commit', new ConnectionLost(new Error('reset'))],
    ['connection', 'ended by an administrator', postgres('57P01', 'FATAL')],
    ['connection', 'not let in with this password', postgres('28P01', 'FATAL')],
    ['pool', 'of which none became free', new Error('timeout exceeded when trying to connect')],
    ['timeout', 'by the statement timeout', postgres('57014')],
    ['timeout', 'without a response', new Error('Query read timeout')],
    ['lock', 'that was not free', postgres('55P03')],
    ['conflict', 'with another transaction', postgres('40001')],
    ['conflict', 'that is a deadlock', postgres('40P01')],
    ['read_only', 'on a standby', postgres('25006')],
    ['disk', 'that is full', postgres('53100')],
    ['disk', 'that cannot be read', postgres('58030')],
    ['resources', 'such as memory', postgres('53200')],
    ['resources', 'such as connections', postgres('53300', 'FATAL')],
    ['other', 'such as a missing table', postgres('42P01')],
    ['other', 'such as corrupt data', postgres('XX001')],
  ])('is of kind %s: %s', (kind, _, error) => {
    expect(failureKind(error, false)).toBe(kind);
  });

  it.each([
    ['a value that PostgreSQL cannot hold', postgres('22P05')],
    ['a row that exists', postgres('23505')],
    ['a row that is missing', postgres('23503')],
    ['a statement after the one that failed', postgres('25P02')],
  ])('is not: %s', (_, error) => {
    expect(failureKind(error, false)).toBeNull();
    expect(failureKind(error, true)).toBeNull();
  });

  it.each([
    ['no response came', new Error('Query read timeout')],
    ['the connection broke', new Error('Connection terminated unexpectedly')],
    ['the session ended', postgres('57P01', 'FATAL')],
    ['the server stopped for a failed write to its disk', postgres('58030', 'PANIC')],
  ])('leaves the outcome of a commit unknown where %s', (_, error) => {
    expect(failureKind(error, true)).toBe('unknown_outcome');
    expect(failureKind(postgres('55P03'), true)).toBe('lock');
  });

  it('is counted by its kind, and every kind has a count from the beginning', () => {
    const failures = new StorageFailures();
    expect([...failures.counts]).toEqual(FAILURE_KINDS.map((kind) => [kind, 0]));
    failures.failed(postgres('55P03'));
    failures.failed(postgres('23505'));
    failures.failed(new Error('Connection terminated unexpectedly'), true);
    failures.count('pool');
    expect([...failures.counts].filter(([, count]) => count > 0)).toEqual([
      ['pool', 1],
      ['lock', 1],
      ['unknown_outcome', 1],
    ]);
  });
});

describe('A session that cannot be used', () => {
  it('is told once for each remedy, however many statements meet it, and remembered for a while', () => {
    const lines: string[] = [];
    const failures = new StorageFailures();
    const { unfitSessions } = failures;
    unfitSessions.tellTo((line) => lines.push(line));
    expect(unfitSessions.within(1_000)).toBeUndefined();
    failures.failed(postgres('42P01'));
    expect(unfitSessions.within(1_000)).toBeUndefined();
    for (const state of ['42P05', '26000', '42P05']) failures.failed(postgres(state));
    expect(lines).toEqual([expect.stringContaining('Set DATABASE_PREPARED_STATEMENTS=false')]);
    expect(unfitSessions.within(1_000)?.message).toContain('SQLSTATE 42P05');
    expect(unfitSessions.within(0)).toBeUndefined();
  });
});

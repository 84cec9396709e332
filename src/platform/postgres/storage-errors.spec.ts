import { describe, expect, it } from '@jest/globals';
import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import {
  CommitResponseLost,
  ConnectionLost,
  isResponseLost,
  sqlState,
  storage,
  storageWrite,
} from './storage-errors.ts';
import { UnfitSession } from './unfit-session.ts';
import { StorageOutcomeUnknown, StorageUnavailable } from './storage-unavailable.ts';

const failure = (members: object, message = 'failed'): Error => Object.assign(new Error(message), members);
const postgres = (code: string, severity = 'ERROR'): Error => failure({ code, severity });
const thrownBy = (wrapper: typeof storage, error: unknown): Promise<unknown> =>
  wrapper(() => Promise.reject(error as Error)).catch((thrown: unknown) => thrown);

describe('A storage error', () => {
  it('has a SQLSTATE only where PostgreSQL has reported it, whatever its code looks like', () => {
    expect(sqlState(postgres('23505'))).toBe('23505');
    expect(sqlState(new QueryFailedError('SELECT', [], postgres('57P01', 'FATAL')))).toBe('57P01');
    expect(sqlState(failure({ code: 'EPIPE' }))).toBeUndefined();
    expect(sqlState(failure({ code: 'EBADF' }))).toBeUndefined();
    expect(sqlState(undefined)).toBeUndefined();
  });

  it.each([
    ['a pipe that broke', failure({ code: 'EPIPE', syscall: 'write' })],
    ['a statement on a pipe that broke', new QueryFailedError('SELECT', [], failure({ code: 'EPIPE' }))],
    ['a connection that TypeORM has taken back', new QueryRunnerAlreadyReleasedError()],
    ['a transaction whose connection was lost', new ConnectionLost(new Error('anything'))],
    ['a session ended by an administrator', postgres('57P01', 'FATAL')],
    ['too many connections', postgres('53300', 'FATAL')],
  ])('of %s says that the database is not available', async (_, error) => {
    expect(await thrownBy(storage, error)).toBeInstanceOf(StorageUnavailable);
  });

  it('of a commit without a response says that the outcome is unknown, of a lost transaction that nothing is stored', async () => {
    expect(await thrownBy(storageWrite, new CommitResponseLost(new Error('reset')))).toBeInstanceOf(
      StorageOutcomeUnknown,
    );
    expect(await thrownBy(storageWrite, new ConnectionLost(new Error('reset')))).not.toBeInstanceOf(
      StorageOutcomeUnknown,
    );
  });

  it.each([
    ['a statement that another connection has prepared', postgres('42P05'), 'DATABASE_PREPARED_STATEMENTS=false'],
    ['a statement that another connection should have', postgres('26000'), 'DATABASE_PREPARED_STATEMENTS=false'],
    [
      'a setting that a pooler refuses',
      failure({ code: '08P01', severity: 'FATAL' }, 'unsupported startup parameter: lock_timeout'),
      'ignore_startup_parameters = statement_timeout, lock_timeout,',
    ],
    [
      'an option that a newer pooler refuses',
      failure({ code: '08P01', severity: 'FATAL' }, 'unsupported startup parameter in options: enable_bitmapscan'),
      'does not let the service set enable_bitmapscan',
    ],
  ])('of %s says what to set', async (_, error, remedy) => {
    const thrown = await thrownBy(storageWrite, new QueryFailedError('SELECT', [], error));
    expect(thrown).toBeInstanceOf(StorageUnavailable);
    expect(thrown).not.toBeInstanceOf(StorageOutcomeUnknown);
    expect((thrown as StorageUnavailable).cause).toBeInstanceOf(UnfitSession);
    expect(((thrown as StorageUnavailable).cause as Error).message).toContain(remedy);
  });

  describe('of a distributed database whose node is gone', () => {
    const said = (code: string, message: string): QueryFailedError =>
      new QueryFailedError('INSERT', [], failure({ code, severity: 'ERROR' }, message));
    const remote = 'connection to the remote node a@10.0.0.2:5432 failed with the following error:';

    it.each([
      ['08006', `${remote} server closed the connection unexpectedly`],
      ['08006', `${remote} connection not open`],
      ['XX000', 'server closed the connection unexpectedly'],
      ['57P01', 'terminating connection due to administrator command'],
      ['XX000', 'failure on connection marked as essential: 10.0.0.2:5432'],
      ['XX000', 'could not commit transaction for shard 102076 on at least one active node'],
    ])('%s, %s: a write may have been done', async (code, message) => {
      expect(await thrownBy(storage, said(code, message))).toBeInstanceOf(StorageUnavailable);
      expect(await thrownBy(storageWrite, said(code, message))).toBeInstanceOf(StorageOutcomeUnknown);
      // The connection to the database itself stands: only the shard is concerned.
      expect(isResponseLost(new CommitResponseLost(said(code, message)))).toBe(false);
    });

    it.each([
      ['08006', `${remote} connection to server at "10.0.0.2", port 5432 failed: Connection refused`],
      ['XX000', "failed to prepare transaction 'citus_0_1_2_3' on host 10.0.0.2:5432"],
    ])('%s, %s: nothing is stored', async (code, message) => {
      const thrown = await thrownBy(storageWrite, said(code, message));
      expect(thrown).toBeInstanceOf(StorageUnavailable);
      expect(thrown).not.toBeInstanceOf(StorageOutcomeUnknown);
    });

    it('an internal error from the node, whatever it says: a write may have been done', async () => {
      const remoteError = failure(
        { code: 'XX000', severity: 'ERROR', where: 'while executing command on 10.0.0.2:5432' },
        '',
      );
      expect(await thrownBy(storageWrite, new CommitResponseLost(remoteError))).toBeInstanceOf(StorageOutcomeUnknown);
      const statement = new QueryFailedError('INSERT', [], remoteError);
      expect(await thrownBy(storageWrite, statement)).toBeInstanceOf(StorageOutcomeUnknown);
    });

    it('is not taken for one by an internal error alone', async () => {
      expect(await thrownBy(storageWrite, said('XX000', 'cache lookup failed'))).toBeInstanceOf(QueryFailedError);
    });
  });

  it('that is a fault of ours stays what it is', async () => {
    const error = new TypeError('undefined is not a function');
    expect(await thrownBy(storage, error)).toBe(error);
    expect(await thrownBy(storage, postgres('42P01'))).toMatchObject({ code: '42P01' });
  });
});

import type { PoolClient, QueryConfig, QueryResult } from 'pg';
import type { DataSource } from 'typeorm';
import { copyIn } from './copy-in.ts';
import { isLost, QUERY_TIMEOUT_MARGIN_MS, statementFailed, type Committing } from './query-timeout-client.ts';
import { ReadDataSource } from './read-data-source.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { CommitResponseLost, ConnectionLost, isUnconfirmed } from './storage-errors.ts';

export type Statement = Query | Copy;

export interface Query {
  /**
   * Prepared once on each connection under this name, so that it is neither parsed nor planned again. Left out where
   * DATABASE_PREPARED_STATEMENTS is false.
   */
  readonly name?: string | undefined;
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** That PostgreSQL has for it, where it is not the usual time. */
  readonly limitMs?: number;
}

/** PostgreSQL takes rows this way at half the cost of an INSERT, all of them or none. */
export interface Copy {
  /** `COPY … FROM STDIN`. */
  readonly sql: string;
  /** In the text format of COPY. */
  readonly rows: string;
}

export type RunQuery = (query: Query) => Promise<QueryResult>;
export type RunStatement = (statement: Statement) => Promise<QueryResult>;

/**
 * One statement that is a transaction of its own.
 *
 * @throws {CommitResponseLost} where it may be stored or not.
 */
export function singleStatement(dataSource: DataSource, statement: Statement): Promise<QueryResult> {
  const commits = !(dataSource instanceof ReadDataSource);
  return withClient(dataSource, (client) => committed(client, () => runOn(client, statement, commits)));
}

const COMMIT: QueryConfig & Committing = { text: 'COMMIT', commits: true };

/**
 * A transaction whose first statements are sent together with its BEGIN, so that they cost one
 * round trip. Not TypeORM's `transaction()`, which waits for each response: measured over a Unix
 * socket, one event and its check took 0.54 ms this way, 0.90 ms that way, 0.38 ms without a check.
 *
 * @param finish sees the results, in the order of the statements, and may run more, which are sent at once where it does
 *   not wait for each; when it resolves, the transaction is committed, when it rejects, nothing of it is stored.
 * @throws {CommitResponseLost} where it may be stored or not.
 */
export function pipelinedTransaction<T>(
  dataSource: DataSource,
  statements: readonly Statement[],
  finish: (results: readonly QueryResult[], run: RunStatement) => Promise<T>,
): Promise<T> {
  return withClient(dataSource, async (client) => {
    const run: RunStatement = (statement) => runOn(client, statement);
    const connection = client as unknown as WithoutWaiting;
    connection.pipeline = true;
    try {
      const [begun, ...results] = [client.query('BEGIN'), ...statements.map(run)];
      // Only the first rejection says what went wrong; those after it tell of an aborted transaction.
      const settled = await Promise.allSettled([begun, ...results]);
      const failed = settled.find((response) => response.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      const outcome = await finish(await Promise.all(results), run);
      await committed(client, () => client.query(COMMIT));
      return outcome;
    } catch (error) {
      // A connection that cannot even roll back is broken, and the pool drops it.
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    } finally {
      connection.pipeline = false;
    }
  });
}

/**
 * `pg` asks its connection at each query whether it is to be sent before those before it have their responses; switched on
 * for these transactions only, everything else stays as it always was.
 */
interface WithoutWaiting {
  pipeline: boolean;
}

/**
 * A transaction of queries that may take longer than others may: they go through much, and nobody
 * waits for them.
 *
 * @param limitMs of each query.
 */
export function longTransaction<T>(
  dataSource: DataSource,
  limitMs: number,
  work: (run: RunQuery) => Promise<T>,
): Promise<T> {
  const limit: Query = { sql: `SET LOCAL statement_timeout = ${limitMs}`, parameters: [] };
  return pipelinedTransaction(dataSource, [limit], (_, run) => work((query) => run({ ...query, limitMs })));
}

/**
 * @throws {ConnectionLost} for any error of work whose connection has gone: what such an error says depends
 *   on the moment at which it went.
 */
async function withClient<T>(dataSource: DataSource, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as PoolClient;
    try {
      return await work(client);
    } catch (error) {
      const isAnOutcome = error instanceof CommitResponseLost || error instanceof DomainError;
      throw isLost(client) && !isAnOutcome ? new ConnectionLost(error) : error;
    }
  } finally {
    await runner.release();
  }
}

/** @param commits whether the statement is a transaction of its own that writes. */
function runOn(client: PoolClient, statement: Statement, commits = false): Promise<QueryResult> {
  if ('rows' in statement) return copyIn(client, statement.sql, statement.rows, commits);
  const { name, sql, parameters, limitMs } = statement;
  // The types of `pg` know `query_timeout` of a connection only.
  const config: QueryConfig & Committing & { query_timeout?: number | undefined } = {
    name,
    text: sql,
    values: [...parameters],
    commits,
    query_timeout: limitMs === undefined ? undefined : limitMs + QUERY_TIMEOUT_MARGIN_MS,
  };
  return client.query(config);
}

/**
 * Sends what commits. Where no response comes, nobody knows whether it was done; where the connection is known
 * to be gone, it is not sent at all.
 */
async function committed(client: PoolClient, send: () => Promise<QueryResult>): Promise<QueryResult> {
  if (isLost(client)) {
    const lost = new ConnectionLost(new Error('it was gone before the commit'));
    statementFailed(client, lost, false);
    throw lost;
  }
  try {
    return await send();
  } catch (error) {
    throw isUnconfirmed(error) ? new CommitResponseLost(error) : error;
  }
}

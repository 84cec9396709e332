import type { PoolClient, QueryResult } from 'pg';
import type { DataSource } from 'typeorm';
import { CommitUnanswered, isNoAnswer } from './storage-errors.ts';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export type RunStatement = (statement: Statement) => Promise<QueryResult>;

/**
 * A transaction whose first statements are sent together with its BEGIN, so that they cost one
 * round trip. Not TypeORM's `transaction()`, which waits for each answer: measured over a Unix
 * socket, one event and its check took 0.54 ms this way, 0.90 ms that way, 0.38 ms without a check.
 *
 * @param finish sees the results, in the order of the statements, and may run more; when it
 *   resolves, the transaction is committed, when it rejects, nothing of it is stored.
 * @throws {CommitUnanswered} where it may be stored or not.
 */
export async function pipelinedTransaction<T>(
  dataSource: DataSource,
  statements: readonly Statement[],
  finish: (results: readonly QueryResult[], run: RunStatement) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as PoolClient;
    const run: RunStatement = ({ sql, parameters }) => client.query(sql, [...parameters]);
    try {
      // Queued at once and in this order; only the first rejection says what went wrong.
      const [begun, ...answers] = [client.query('BEGIN'), ...statements.map(run)];
      const settled = await Promise.allSettled([begun, ...answers]);
      const failed = settled.find((answer) => answer.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      const outcome = await finish(await Promise.all(answers), run);
      await client.query('COMMIT').catch((error: unknown) => {
        throw isNoAnswer(error) ? new CommitUnanswered(error) : error;
      });
      return outcome;
    } catch (error) {
      // A connection that cannot even roll back is broken, and the pool drops it.
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    }
  } finally {
    await runner.release();
  }
}

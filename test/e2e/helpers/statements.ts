import pg from 'pg';

/**
 * The statements about customers and their events that are sent meanwhile, without those that only
 * frame a transaction, and without the audit of reads, which is written beside them. It listens where all of them pass: at the client of `pg`, which TypeORM uses too.
 */
export async function statementsDuring(work: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const query = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...call: unknown[]): unknown {
    statements.push(sqlOf(call[0]));
    return (query as (...args: unknown[]) => unknown).apply(this, call);
  } as never;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = query;
  }
  return statements.filter((sql) => /customer/.test(sql) && !/information_schema|pg_stat|INTO audit_entries/.test(sql));
}

/** What `pg` is given to run: a text, or an object that has it. */
export const sqlOf = (query: unknown): string =>
  typeof query === 'string' ? query : ((query as { text?: string }).text ?? '');

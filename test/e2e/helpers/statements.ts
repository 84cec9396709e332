import pg from 'pg';

/** What `pg` was given to run. */
export interface SentQuery {
  readonly sql: string;
  readonly parameters: unknown[];
}

/**
 * The statements about customers and their events that are sent meanwhile, without those that only
 * frame a transaction, and without the audit of reads, which is written beside them. It listens where all of them pass: at the client of `pg`, which TypeORM uses too.
 */
export async function queriesDuring(work: () => Promise<unknown>): Promise<SentQuery[]> {
  const sent: SentQuery[] = [];
  const query = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...call: unknown[]): unknown {
    sent.push({ sql: sqlOf(call[0]), parameters: parametersOf(call) });
    return (query as (...args: unknown[]) => unknown).apply(this, call);
  } as never;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = query;
  }
  return sent.filter(({ sql }) => /customer/.test(sql) && !/information_schema|pg_stat|INTO audit_entries/.test(sql));
}

/** The texts of {@link queriesDuring}. */
export const statementsDuring = async (work: () => Promise<unknown>): Promise<string[]> =>
  (await queriesDuring(work)).map(({ sql }) => sql);

/** What `pg` is given to run: a text, or an object that has it. */
export const sqlOf = (query: unknown): string =>
  typeof query === 'string' ? query : ((query as { text?: string }).text ?? '');

const parametersOf = ([query, parameters]: readonly unknown[]): unknown[] =>
  Array.isArray(parameters) ? (parameters as unknown[]) : ((query as { values?: unknown[] }).values ?? []);

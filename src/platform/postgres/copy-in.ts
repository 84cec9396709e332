import pg, { type PoolClient, type QueryResult } from 'pg';
import { statementFailed } from './query-timeout-client.ts';

/** What `pg` gives to a query. */
interface Connection {
  readonly stream: { cork(): void; uncork(): void };
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

type OnResult = (error: Error | null, result: QueryResult) => void;

/** A query as `pg` makes it of a text; its types tell nothing of what it does with a connection. */
const TextQuery = pg.Query as unknown as new (
  config: { text: string },
  callback: OnResult,
) => {
  submit(connection: Connection): unknown;
};

/**
 * A `COPY … FROM STDIN` of rows that are at hand. They are sent with the statement, without waiting
 * for PostgreSQL to be ready for them: where it refuses the statement, it drops them
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY).
 *
 * A query of `pg` like any other, so that its time limit, its errors and its place in a pipeline are
 * those of any other; `pg-copy-streams`, made for rows that are not at hand, never tells the client's
 * timer that it is over. (`rows` would be a field of `pg.Query` already.)
 */
class CopyIn extends TextQuery {
  constructor(
    sql: string,
    private readonly rowsToSend: string,
    callback: OnResult,
  ) {
    super({ text: sql }, callback);
  }

  override submit(connection: Connection): unknown {
    connection.stream.cork();
    const refused = super.submit(connection);
    if (refused === null) {
      connection.sendCopyFromChunk(Buffer.from(this.rowsToSend));
      connection.endCopyFrom();
    }
    connection.stream.uncork();
    return refused;
  }

  /** PostgreSQL is ready for what it has already. */
  handleCopyInResponse(): void {}
}

/**
 * @param rows in the text format of COPY.
 * @param commits whether it is a transaction of its own.
 */
export function copyIn(client: PoolClient, sql: string, rows: string, commits: boolean): Promise<QueryResult> {
  return new Promise((resolve, reject) => {
    const onResult: OnResult = (error, result) => {
      if (error === null || error === undefined) {
        resolve(result);
        return;
      }
      statementFailed(client, error, commits);
      reject(error);
    };
    client.query(new CopyIn(sql, rows, onResult) as never);
  });
}

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A row in the text format: https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS */
export function copyRow(values: readonly (string | null)[]): string {
  let row = '';
  let separator = '';
  for (const value of values) {
    row += separator + (value === null ? '\\N' : escaped(value));
    separator = '\t';
  }
  return row + '\n';
}

function escaped(value: string): string {
  return SPECIAL.test(value) ? value.replace(/[\\\n\r\t]/g, (special) => ESCAPES[special] as string) : value;
}

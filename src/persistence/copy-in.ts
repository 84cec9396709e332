import pg, { type PoolClient } from 'pg';

/** What `pg` gives to a query when PostgreSQL is ready for its rows. */
interface Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/**
 * A `COPY … FROM STDIN` of rows that are at hand. A query of `pg` like any other, so that its time
 * limit and its errors are those of any other; `pg-copy-streams`, made for rows that are not at hand,
 * never tells the client's timer that it is over. (`rows` would be a field of `pg.Query` already.)
 */
class CopyIn extends (pg.Query as unknown as new (config: { text: string }, callback: (error: Error | null) => void) => object) {
  constructor(
    sql: string,
    private readonly rowsToSend: string,
    callback: (error: Error | null) => void,
  ) {
    super({ text: sql }, callback);
  }

  handleCopyInResponse(connection: Connection): void {
    connection.sendCopyFromChunk(Buffer.from(this.rowsToSend));
    connection.endCopyFrom();
  }
}

/** @param rows in the text format of COPY. */
export function copyIn(client: PoolClient, sql: string, rows: string): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(sql, rows, (error) => (error === null || error === undefined ? resolve() : reject(error))) as never);
  });
}

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A row in the text format: https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS */
export function copyRow(values: readonly (string | null)[]): string {
  let row = '';
  for (const [column, value] of values.entries()) {
    row += (column === 0 ? '' : '\t') + (value === null ? '\\N' : escaped(value));
  }
  return `${row}\n`;
}

function escaped(value: string): string {
  return SPECIAL.test(value) ? value.replace(/[\\\n\r\t]/g, (special) => ESCAPES[special] as string) : value;
}

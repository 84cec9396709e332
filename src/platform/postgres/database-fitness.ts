import type { DataSource } from 'typeorm';
import { storage } from './storage-errors.ts';
import { StorageUnavailable, storageUnavailable } from './storage-unavailable.ts';
import { isTlsError, tlsProblem } from './tls-errors.ts';
import { UnfitSession } from './unfit-session.ts';

const MIN_VERSION = 15;

/** The database can be reached and cannot be used as it is; the message says in a line why, and what to do. */
export class DatabaseUnfit extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DatabaseUnfit';
  }
}

/** The database takes no writes at the moment, which may change without us: a standby becomes the primary. */
export class DatabaseReadOnly extends Error {}

/**
 * Like `storage`, for the first contact with a database: a certificate that is not accepted will not be accepted a
 * second later, nor will a pooler have other settings, so nobody should wait for that.
 *
 * @throws SERVICE_UNAVAILABLE; {@link DatabaseUnfit}
 */
export async function firstContact<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await storage(work);
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    if (error.cause instanceof UnfitSession) throw new DatabaseUnfit(error.cause.message);
    throw isTlsError(error.cause) ? new DatabaseUnfit(tlsProblem(error.cause as Error)) : error;
  }
}

/** What the service has to know of a database before it relies on it. */
interface Facts {
  readonly role: string;
  /** Where tables are made and found; null: the role may use no schema of its search path. */
  readonly schema: string | null;
  readonly encoding: string;
  /** Such as 150018. */
  readonly version: number;
  readonly readOnly: boolean;
  readonly isStandby: boolean;
  readonly fsync: boolean;
  readonly fullPageWrites: boolean;
  readonly synchronousCommit: string;
  /** `customers`, or `customers (INSERT)` where that alone is missing; tables that are not there do not count. */
  readonly tablesWithoutRights: readonly string[] | null;
}

const FACTS = `
  SELECT current_user::text AS "role",
         quote_ident(current_schema()) AS "schema",
         current_setting('server_encoding') AS "encoding",
         current_setting('server_version_num')::int AS "version",
         current_setting('transaction_read_only')::bool AS "readOnly",
         pg_is_in_recovery() AS "isStandby",
         current_setting('fsync')::bool AS "fsync",
         current_setting('full_page_writes')::bool AS "fullPageWrites",
         current_setting('synchronous_commit') AS "synchronousCommit",
         (SELECT array_agg(m.name || CASE WHEN m.count = 4 THEN '' ELSE ' (' || m.privileges || ')' END ORDER BY m.name)
          FROM (SELECT t.name, count(*), string_agg(r.privilege, ', ') AS privileges
                FROM unnest($1::text[]) AS t (name)
                CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS r (privilege)
                WHERE NOT has_table_privilege(to_regclass(t.name), r.privilege)
                  AND (t.name <> $2 OR r.privilege = 'SELECT')
                GROUP BY t.name) AS m) AS "tablesWithoutRights"`;

/**
 * Asks a database, in one query, whether it can keep what the service promises.
 *
 * @param use `rows`: the role has to read and write the tables that there are; `schema`: to change the schema, of which
 *   the migrations themselves tell.
 * @returns what weakens the promise, a line each, for the operator.
 * @throws {DatabaseUnfit}; SERVICE_UNAVAILABLE with {@link DatabaseReadOnly} as its cause.
 */
export async function requireFitDatabase(dataSource: DataSource, use: 'rows' | 'schema'): Promise<readonly string[]> {
  const migrations = dataSource.options.migrationsTableName ?? 'migrations';
  const tables = use === 'schema' ? [] : [...dataSource.entityMetadatas.map(({ tableName }) => tableName), migrations];
  const [facts] = await dataSource.query<[Facts]>(FACTS, [tables, migrations]);
  const problem = whyUnfit(facts);
  if (problem !== undefined) throw new DatabaseUnfit(problem);
  if (facts.readOnly) throw storageUnavailable(new DatabaseReadOnly(whyReadOnly(facts)));
  return weaknesses(facts);
}

function whyUnfit({ role, schema, encoding, version, tablesWithoutRights }: Facts): string | undefined {
  if (version < MIN_VERSION * 10_000) {
    return `The database is PostgreSQL ${Math.floor(version / 10_000)}; the service needs ${MIN_VERSION} or later.`;
  }
  if (encoding !== 'UTF8') {
    return (
      `The encoding of the database is ${encoding}, which cannot hold every text; it must be UTF8. ` +
      'Make one with "createdb --encoding=UTF8 --template=template0 NAME", and set DATABASE_URL to it.'
    );
  }
  if (schema === null) {
    return `The role "${role}" may use no schema of the database. As its owner: GRANT USAGE ON SCHEMA public TO ${quoted(role)};`;
  }
  if (tablesWithoutRights === null) return undefined;
  return (
    `The role "${role}" lacks rights on ${tablesWithoutRights.join(', ')}. As the owner of the tables: ` +
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${quoted(role)};`
  );
}

const whyReadOnly = ({ isStandby }: Facts): string =>
  isStandby
    ? 'The database takes no writes: it is a standby. Set DATABASE_URL to the primary, or promote it.'
    : 'The database takes no writes: default_transaction_read_only is on. Set it to off for the role and the database.';

/** What an administrator may have chosen, and should know the price of. */
function weaknesses({ fsync, fullPageWrites, synchronousCommit }: Facts): string[] {
  const off = Object.entries({
    fsync,
    full_page_writes: fullPageWrites,
    synchronous_commit: synchronousCommit !== 'off',
  })
    .filter(([, on]) => !on)
    .map(([name]) => name);
  if (off.length === 0) return [];
  const names = off.join(', ').replace(/, (\w+)$/, ' and $1');
  const verb = off.length === 1 ? 'is' : 'are';
  return [`${names} of the database ${verb} off: if its server crashes, what was acknowledged with a 2xx may be lost`];
}

/** An identifier as SQL wants it. */
export const quoted = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

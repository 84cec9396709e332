import type { Asks } from './asks.ts';
import { DatabaseUnfit } from './database-fitness.ts';
import { nodeSettings } from './node-settings.ts';

/**
 * Where the rows of a table are in a distributed database:
 * - `everywhere`: all of them on every node (a reference table);
 * - `coordinator`: on the coordinator only, and the other nodes know where to ask;
 * - `by`: in shards by a column; `beside`: on the same nodes as those of another table with the same value there.
 */
export type TablePlace = 'everywhere' | 'coordinator' | { readonly by: string; readonly beside?: string };

/** Table → its place, in the order in which tables are distributed. */
export type TablePlaces = Readonly<Record<string, TablePlace>>;

/** A table that is not where it should be. */
export interface Misplaced {
  readonly table: string;
  readonly place: TablePlace;
  /** Where it is; null: nowhere but in the tables of the node itself, as in a database that is not distributed. */
  readonly present: TablePlace | null;
}

/** What of a database is distributed. */
export interface Distribution {
  /** Whether any of the listed tables is. */
  readonly isDistributed: boolean;
  readonly misplaced: readonly Misplaced[];
  /** Tables of the same schema that are not listed, and not distributed either. */
  readonly unlisted: readonly string[];
}

interface StoredTable {
  readonly name: string;
  /** As in {@link Distribution}; undefined: Citus does not know it. */
  readonly kind: 'everywhere' | 'coordinator' | 'shards' | null;
  readonly column: string | null;
  readonly colocation: number | null;
}

const HAS_CITUS = `SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL AS "hasCitus"`;

/**
 * Not `citus_tables`: that view measures every shard on every node, also where nobody asks for the sizes. What Citus may
 * turn back into a table of the node by itself (`autoconverted`) does not count as known to it. Tables of extensions
 * are none of ours.
 */
const STORED_TABLES = `
  SELECT c.relname AS "name", p.colocationid AS "colocation", column_to_column_name(p.logicalrelid, p.partkey) AS "column",
    CASE WHEN p.partkey IS NOT NULL THEN 'shards'
         WHEN p.repmodel = 't' THEN 'everywhere'
         WHEN NOT p.autoconverted THEN 'coordinator' END AS "kind"
  FROM pg_class AS c LEFT JOIN pg_dist_partition AS p ON p.logicalrelid = c.oid
  WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = current_schema())
    AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND relation_is_a_known_shard(c.oid) IS NOT TRUE
    AND NOT EXISTS (SELECT 1 FROM pg_depend AS d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

/** Whether the extension is installed in the database. */
export async function hasCitus(database: Asks): Promise<boolean> {
  const [row] = (await database.query(HAS_CITUS)) as [{ hasCitus: boolean }];
  return row.hasCitus;
}

/**
 * The same, where it may be required.
 *
 * @param isWanted DISTRIBUTED=citus is set.
 * @throws {DatabaseUnfit} where it is wanted and not there.
 */
export async function hasWantedCitus(database: Asks, isWanted: boolean): Promise<boolean> {
  const isThere = await hasCitus(database);
  if (isWanted && !isThere) throw new DatabaseUnfit(CITUS_MISSING);
  return isThere;
}

/** Compares a database that has Citus with where its tables should be. */
export async function readDistribution(database: Asks, places: TablePlaces): Promise<Distribution> {
  const stored = new Map(((await database.query(STORED_TABLES)) as StoredTable[]).map((table) => [table.name, table]));
  const presentOf = (name: string): TablePlace | null => presentPlace(stored, name, places[name]);
  const misplaced = Object.entries(places).flatMap(([table, place]) => {
    const present = presentOf(table);
    return placeText(present) === placeText(place) ? [] : [{ table, place, present }];
  });
  return {
    isDistributed: Object.keys(places).some((table) => presentOf(table) !== null),
    misplaced,
    unlisted: [...stored.values()]
      .filter(({ name, kind }) => kind === null && places[name] === undefined)
      .map(({ name }) => name)
      .sort(),
  };
}

/** @param wanted where the table should be: only that says beside which other one it is looked for. */
function presentPlace(
  stored: ReadonlyMap<string, StoredTable>,
  name: string,
  wanted: TablePlace | undefined,
): TablePlace | null {
  const table = stored.get(name);
  if (table === undefined || table.kind === null) return null;
  if (table.kind !== 'shards') return table.kind;
  const beside = typeof wanted === 'object' ? wanted.beside : undefined;
  const isBeside = beside !== undefined && stored.get(beside)?.colocation === table.colocation;
  return { by: table.column as string, ...(isBeside ? { beside } : {}) };
}

/** Such as `by customer_id beside customers`. */
export function placeText(place: TablePlace | null): string {
  if (place === null) return 'not distributed';
  if (place === 'everywhere') return 'on every node';
  if (place === 'coordinator') return 'on the coordinator';
  return `by ${place.by}${place.beside === undefined ? '' : ` beside ${place.beside}`}`;
}

/** Such as `customers is not distributed and should be by id`. */
export const misplacedText = ({ table, place, present }: Misplaced): string =>
  `${table} is ${placeText(present)} and should be ${placeText(place)}`;

/**
 * At the start: whether a database that is distributed, or should be, has its tables where this build needs them. A
 * database without Citus is asked one small question.
 *
 * @param isWanted DISTRIBUTED=citus is set.
 * @returns what an operator should know, a line each.
 * @throws {DatabaseUnfit}
 */
export async function requireDistribution(
  database: Asks,
  places: TablePlaces,
  isWanted: boolean,
): Promise<readonly string[]> {
  if (!(await hasWantedCitus(database, isWanted))) return [];
  const { isDistributed, misplaced, unlisted } = await readDistribution(database, places);
  if (!isDistributed && !isWanted) return [];
  if (misplaced.length > 0) {
    const tables = misplaced.map(misplacedText);
    throw new DatabaseUnfit(
      `The database is not distributed as this version needs it: ${tables.join('; ')}. ` +
        'Run "npm run migrate" against the coordinator, then start again.',
    );
  }
  // Not refused: a later version may have added one, and this one goes on during its upgrade.
  const unknown = unlisted.map(
    (table) => `the table ${table} is on one node only, and unknown to this version: other nodes do not see its rows`,
  );
  return [...unknown, ...(await nodeSettings(database))];
}

const CITUS_MISSING =
  'DISTRIBUTED=citus is set, and the extension citus is not installed in the database. On each node: put citus first in ' +
  'shared_preload_libraries, restart, and as a superuser CREATE EXTENSION citus in this database. Or unset DISTRIBUTED.';

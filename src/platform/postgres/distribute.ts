import type { QueryRunner } from 'typeorm';
import type { Asks } from './asks.ts';
import { DatabaseUnfit } from './database-fitness.ts';
import {
  hasCitus,
  hasWantedCitus,
  misplacedText,
  placeText,
  readDistribution,
  type Misplaced,
  type TablePlaces,
} from './distribution.ts';

/** Of each distributed table; Citus' own default, and what docs/scaling.md counts with. */
const SHARDS = 32;
const MIB = 1_048_576;

/** A table that will be distributed. */
export interface DistributionStep extends Misplaced {
  /** Of the table with its indexes, which are copied while nothing can be written to it; 0: it has no rows. */
  readonly bytes: number;
  /** What a person reads of it, such as `customers: by id (1.5 MiB)`. */
  readonly text: string;
}

/**
 * What has to be done so that every listed table is where it should be; nothing where the database has no Citus, or is not
 * distributed. Changes nothing.
 *
 * @param isWanted it should be distributed although none of it is.
 * @throws {DatabaseUnfit} where it cannot be done: no Citus, a worker, a cluster without nodes for shards, or a table
 *   that is distributed otherwise already.
 */
export async function planDistribution(
  database: Asks,
  places: TablePlaces,
  isWanted: boolean,
): Promise<readonly DistributionStep[]> {
  if (!(await hasWantedCitus(database, isWanted))) return [];
  const { isDistributed, misplaced } = await readDistribution(database, places);
  if (misplaced.length === 0 || !(isDistributed || isWanted)) return [];
  const problem = whyNotMovable(misplaced) ?? (await clusterProblem(database));
  if (problem !== undefined) throw new DatabaseUnfit(problem);
  return withSizes(database, misplaced);
}

/** @throws {DatabaseUnfit} where the schema cannot be changed here: on a worker of a cluster. */
export async function requireCoordinator(database: Asks): Promise<void> {
  if (!(await hasCitus(database))) return;
  const [{ groupid }] = (await database.query('SELECT g.groupid FROM pg_dist_local_group AS g')) as [
    { groupid: number },
  ];
  if (groupid === 0) return;
  throw new DatabaseUnfit(
    'The database is a worker of a Citus cluster, and the schema is changed on the coordinator only: set MIGRATIONS_DATABASE_URL to the coordinator.',
  );
}

/** Does what {@link planDistribution} has found, all of it or nothing. The rows that there are stay, and are copied. */
export async function distribute(runner: QueryRunner, steps: readonly DistributionStep[]): Promise<void> {
  if (steps.length === 0) return;
  await runner.startTransaction();
  try {
    for (const step of steps) await runner.query(...statementOf(step));
    for (const { table, place } of steps)
      if (place !== 'coordinator')
        await runner.query('SELECT truncate_local_data_after_distributing_table($1::regclass)', [table]);
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction().catch(() => {});
    throw error;
  }
}

function statementOf({ table, place }: Misplaced): [string, unknown[]] {
  if (place === 'everywhere') return ['SELECT create_reference_table($1::regclass)', [table]];
  if (place === 'coordinator') return ['SELECT citus_add_local_table_to_metadata($1::regclass)', [table]];
  if (place.beside !== undefined) {
    const sql = 'SELECT create_distributed_table($1::regclass, $2::text, colocate_with => $3::text)';
    return [sql, [table, place.by, place.beside]];
  }
  const sql = `SELECT create_distributed_table($1::regclass, $2::text, colocate_with => 'none', shard_count => ${SHARDS})`;
  return [sql, [table, place.by]];
}

/** Moving a table that is distributed already rewrites all of it: that is an operator's to decide. */
function whyNotMovable(misplaced: readonly Misplaced[]): string | undefined {
  const [wrong] = misplaced.filter(({ present }) => present !== null);
  if (wrong === undefined) return undefined;
  return (
    `The table ${misplacedText(wrong)}. Nothing was changed. As its owner, on the ` +
    `coordinator: SELECT undistribute_table('${wrong.table}', cascade_via_foreign_keys => true); then run "npm run migrate" again.`
  );
}

async function clusterProblem(database: Asks): Promise<string | undefined> {
  const nodes = (await database.query(
    'SELECT n.groupid, n.shouldhaveshards FROM pg_dist_node AS n WHERE n.isactive AND n.noderole::text = $1',
    ['primary'],
  )) as { groupid: number; shouldhaveshards: boolean }[];
  if (!nodes.some(({ groupid }) => groupid === 0)) {
    return (
      'The coordinator is not in the metadata of Citus. As a superuser, on the coordinator and in this database: ' +
      "SELECT citus_set_coordinator_host('HOST', PORT), with the address by which the workers reach it."
    );
  }
  if (nodes.some(({ shouldhaveshards }) => shouldhaveshards)) return undefined;
  return (
    'No node of the Citus cluster takes shards. As a superuser, on the coordinator and in this database: ' +
    "SELECT citus_add_node('HOST', PORT) for each worker; or, for a cluster of one machine, " +
    "SELECT citus_set_node_property('HOST', PORT, 'shouldhaveshards', true) with the address of the coordinator."
  );
}

async function withSizes(database: Asks, misplaced: readonly Misplaced[]): Promise<DistributionStep[]> {
  const sizes = (await database.query(
    `SELECT t.name, CASE WHEN pg_relation_size(t.name::regclass) = 0 THEN 0
       ELSE pg_total_relation_size(t.name::regclass) END::float8 AS bytes
     FROM unnest($1::text[]) AS t (name)`,
    [misplaced.map(({ table }) => table)],
  )) as { name: string; bytes: number }[];
  const bytesOf = new Map(sizes.map(({ name, bytes }) => [name, bytes]));
  return misplaced.map((one) => {
    const bytes = bytesOf.get(one.table) ?? 0;
    const size = bytes === 0 ? '' : ` (${(bytes / MIB).toFixed(1)} MiB)`;
    return { ...one, bytes, text: `${one.table}: ${placeText(one.place)}${size}` };
  });
}

/** A node of EXPLAIN (FORMAT JSON). */
export interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Heap Fetches'?: number;
  readonly Plans?: readonly Plan[];
  /** Of Citus: what each shard does, all else stands in its node. */
  readonly 'Distributed Query'?: {
    readonly Job: {
      readonly Tasks: readonly { readonly 'Remote Plan': readonly (readonly { readonly Plan: Plan }[])[] }[];
    };
  };
}

/** The rows of EXPLAIN (FORMAT JSON). */
type Explained = readonly { readonly 'QUERY PLAN': readonly [{ readonly Plan: Plan }] }[];

/**
 * Executes a statement, and gives the nodes of its plan: see {@link nodesOf}.
 *
 * @param query of the connections whose settings the plan is to be made with.
 */
export async function executedNodes(
  query: (sql: string, parameters: unknown[]) => Promise<unknown>,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Plan[]> {
  const [row] = (await query(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, [...parameters])) as Explained;
  if (row === undefined) throw new Error('EXPLAIN gave nothing');
  return nodesOf(row['QUERY PLAN'][0].Plan);
}

/** All nodes of a plan; those of a shard under the names that its tables and indexes have where they are not distributed. */
function nodesOf(plan: Plan): Plan[] {
  const remote = plan['Distributed Query']?.Job.Tasks.flatMap((task) => task['Remote Plan'].flat());
  if (remote !== undefined) return remote.flatMap(({ Plan: part }) => nodesOf(withoutShard(part)));
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

const withoutShard = (plan: Plan): Plan =>
  JSON.parse(JSON.stringify(plan).replaceAll(/(?<=[a-z])_1\d{5}\b/g, '')) as Plan;

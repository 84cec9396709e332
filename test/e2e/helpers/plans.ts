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

/** All nodes of a plan; those of a shard under the names that its tables and indexes have where they are not distributed. */
export function nodesOf(plan: Plan): Plan[] {
  const remote = plan['Distributed Query']?.Job.Tasks.flatMap((task) => task['Remote Plan'].flat());
  if (remote !== undefined) return remote.flatMap(({ Plan: part }) => nodesOf(withoutShard(part)));
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

const withoutShard = (plan: Plan): Plan =>
  JSON.parse(JSON.stringify(plan).replaceAll(/(?<=[a-z])_1\d{5}\b/g, '')) as Plan;

import type { Asks } from './asks.ts';

/** What a statement is run with on a node that is sent it, and how it is set there where nobody has said otherwise. */
const UNSET = { enable_bitmapscan: 'on', enable_seqscan: 'on', jit: 'on', lock_timeout: '0', statement_timeout: '0' };

/** With the text of what is not set, such as `lock_timeout is 0`; an empty text: all is. */
const ASK_NODE = `SELECT concat_ws(', ', ${Object.entries(UNSET)
  .map(([name, unset]) => `CASE current_setting('${name}') WHEN '${unset}' THEN '${name} is ${unset}' END`)
  .join(', ')})`;

const ASK_NODES = `
  SELECT string_agg(n.nodename || ':' || n.nodeport, ', ' ORDER BY n.nodeid) AS "nodes", r.result AS "unset"
  FROM run_command_on_all_nodes($1) AS r JOIN pg_dist_node AS n ON n.nodeid = r.nodeid
  WHERE r.success AND r.result <> '' GROUP BY r.result ORDER BY r.result`;

/**
 * At the start, of a distributed database: what a connection asks for holds on the node that it leads to, and Citus does
 * not pass it on. A node whose role has not got it would sort a whole history for a part of it, and let a statement run
 * on that nobody waits for.
 *
 * @returns what an operator should know, a line for all nodes that lack the same; nothing of nodes that cannot be asked.
 */
export async function nodeSettings(database: Asks): Promise<readonly string[]> {
  const lacking = (await database.query(ASK_NODES, [ASK_NODE]).catch(() => [])) as { nodes: string; unset: string }[];
  return lacking.map(
    ({ nodes, unset }) =>
      `on nodes of the Citus cluster (${nodes}) ${unset}: settings of a connection do not reach them, so set them for the role ` +
      'by ALTER ROLE … SET on the coordinator, as docs/scaling.md says',
  );
}

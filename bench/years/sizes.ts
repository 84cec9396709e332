import type { Database } from '../engine.ts';
import { figure, table } from '../report.ts';
import type { Layouts } from './layouts.ts';

/** Tables and indexes by name; partitions count as their table. */
const SIZES = `
  SELECT regexp_replace(c.relname, '^(customer_events)_\\d+', '\\1') AS name, sum(pg_table_size(c.oid))::float8 AS bytes
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relkind IN ('r', 'i') AND c.relname ~ '^(customer_events|event_claims)'
  GROUP BY 1 ORDER BY 1`;

/** Bytes of each event, by table and index. */
export async function sizesOf(layouts: Layouts, rows: number): Promise<string> {
  const bytesOf = async ({ query }: Database): Promise<Map<string, number>> =>
    new Map((await query<{ name: string; bytes: number }>(SIZES)).map(({ name, bytes }) => [name, bytes / rows]));
  const sizes = await Promise.all([...layouts.values()].map(bytesOf));
  const names = [...new Set(sizes.flatMap((each) => [...each.keys()]))].sort();
  const total = (each: Map<string, number>): number => [...each.values()].reduce((sum, bytes) => sum + bytes, 0);
  return table(
    ['bytes of each event', ...layouts.keys()],
    [
      ...names.map((name) => [`\`${name}\``, ...sizes.map((each) => figure(each.get(name)))]),
      ['all', ...sizes.map((each) => figure(total(each)))],
    ],
  );
}

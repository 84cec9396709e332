import type { EventPosition, PurgeFindings } from './purge-store.port.ts';

/** Either events that are deleted together, or a customer who is dealt with alone. */
export type Finding =
  | { readonly part: readonly EventPosition[]; readonly long: null }
  | { readonly part: readonly []; readonly long: string };

/** The smaller a group is, the more events of each of its customers are looked at. */
const SMALLER_BY = 10;

/**
 * Looks at customers together: at those with too many events for that once more, in groups of a tenth, and in the end
 * alone. So a customer with few events costs a fraction of a statement, and one with many at most three in vain.
 *
 * @param group at least one customer.
 * @param find what is meant of some of them.
 * @returns after each time it has looked at least one finding, of no events where there were none.
 */
export async function* findings(
  group: readonly string[],
  find: (customers: readonly string[]) => Promise<PurgeFindings>,
): AsyncGenerator<Finding> {
  const [first] = group;
  if (first === undefined) return;
  if (group.length === 1) {
    yield { part: [], long: first };
    return;
  }
  const { parts, long } = await find(group);
  for (const part of parts.length === 0 ? [[]] : parts) yield { part, long: null };
  const size = Math.max(1, Math.floor(group.length / SMALLER_BY));
  for (let at = 0; at < long.length; at += size) yield* findings(long.slice(at, at + size), find);
}

/** What was taken of a list so that it fits, and what it takes. */
export interface Fitting<T> {
  readonly items: readonly T[];
  readonly bytes: number;
  readonly leftOut: readonly T[];
}

/**
 * Takes the first items of a list, up to the first that does not fit: none is missing between two that are taken.
 *
 * @param textOf how an item is written, with all that comes with it.
 */
export function fitting<T>(items: readonly T[], textOf: (item: T) => string, maxBytes: number): Fitting<T> {
  let bytes = 0;
  let count = 0;
  for (const item of items) {
    const size = Buffer.byteLength(textOf(item));
    if (bytes + size > maxBytes) break;
    bytes += size;
    count++;
  }
  return { items: items.slice(0, count), bytes, leftOut: items.slice(count) };
}

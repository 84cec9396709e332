/** What was taken of a list so that it fits, and what it takes. */
export interface Fitting<T> {
  readonly items: readonly T[];
  readonly bytes: number;
  /** Something was left out. */
  readonly cut: boolean;
}

/**
 * Takes items in their order, each whole or not at all, as long as they fit. A large item is left
 * out, and smaller ones after it may still be taken.
 *
 * @param textOf how an item is written, with all that comes with it; null where it is known to be too large.
 */
export function fitting<T>(items: readonly T[], textOf: (item: T) => string | null, maxBytes: number): Fitting<T> {
  const taken: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const text = textOf(item);
    if (text === null) continue;
    const size = Buffer.byteLength(text);
    if (bytes + size > maxBytes) continue;
    bytes += size;
    taken.push(item);
  }
  return { items: taken, bytes, cut: taken.length < items.length };
}

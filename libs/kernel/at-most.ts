/** Bounds an LRUCache to `entries`. Its own option `max` takes memory for all of them at once, 3 MB for 100,000. */
export const atMost = (entries: number): { readonly maxSize: number; readonly sizeCalculation: () => number } => ({
  maxSize: entries,
  sizeCalculation: () => 1,
});

/** An item of an {@link UnorderedList} knows where it stands in it. */
export interface Indexed {
  /** Written by the list only. */
  index: number;
}

/**
 * A collection without an order, in which adding and deleting take constant time.
 *
 * Not a `Set`: V8 gives a `Set` a new table every few hundred changes, and the old table points to the new
 * one. Once such a table has been moved to the old generation, it keeps all later ones alive, with
 * everything that was in them, until the next full collection. Measured with the in-flight requests of 64
 * connections: every request was copied into the old generation, which cost a third of all CPU; with this
 * list the service takes 1.4 times as many.
 */
export class UnorderedList<T extends Indexed> {
  private readonly items: T[] = [];

  add(item: T): void {
    item.index = this.items.push(item) - 1;
  }

  /** @param item is in this list. */
  delete(item: T): void {
    const last = this.items.pop() as T;
    if (last === item) return;
    this.items[item.index] = last;
    last.index = item.index;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.items[Symbol.iterator]();
  }
}

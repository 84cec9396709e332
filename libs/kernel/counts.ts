/** How many there are of each owner now. Owners that have none take no memory. */
export class Counts {
  private readonly byOwner = new Map<string, number>();

  of(owner: string): number {
    return this.byOwner.get(owner) ?? 0;
  }

  add(owner: string): void {
    this.byOwner.set(owner, this.of(owner) + 1);
  }

  remove(owner: string): void {
    const left = this.of(owner) - 1;
    if (left > 0) this.byOwner.set(owner, left);
    else this.byOwner.delete(owner);
  }

  /** Owners that have any. */
  get owners(): number {
    return this.byOwner.size;
  }
}

/** Erasures by pseudonyms, as the audit tells of them: what has to be erased once more after a restore. */
export class Erasures {
  private readonly customers = new Map<string, number>();
  private readonly events = new Map<string, Set<string>>();

  /** @param at milliseconds since the Unix epoch. */
  addCustomer(customer: string, at: number): void {
    this.customers.set(customer, Math.max(at, this.customers.get(customer) ?? at));
  }

  addEvent(customer: string, event: string): void {
    const events = this.events.get(customer) ?? new Set();
    this.events.set(customer, events.add(event));
  }

  /**
   * Whether a customer was erased. One that was created after the erasure is another one.
   *
   * @param pseudonyms all that the customer may have.
   * @param createdAt milliseconds since the Unix epoch.
   */
  hasCustomer(pseudonyms: readonly string[], createdAt: number): boolean {
    return pseudonyms.some((pseudonym) => (this.customers.get(pseudonym) ?? -Infinity) >= createdAt);
  }

  /** The pseudonyms of those events of a customer that were erased one by one. */
  eventsOf(pseudonyms: readonly string[]): ReadonlySet<string> {
    return new Set(pseudonyms.flatMap((pseudonym) => [...(this.events.get(pseudonym) ?? [])]));
  }
}

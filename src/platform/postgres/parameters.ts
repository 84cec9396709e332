/** The parameters of a statement that is being put together. */
export class Parameters {
  readonly values: unknown[];

  /** @param first those that are known from the beginning, `$1` and so on. */
  constructor(...first: readonly unknown[]) {
    this.values = [...first];
  }

  /** Adds one, and gives its placeholder, such as `$3`. */
  readonly add = (value: unknown): string => `$${this.values.push(value)}`;
}

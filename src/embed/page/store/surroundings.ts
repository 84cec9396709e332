/** What the store needs of the browser. */
export interface Surroundings {
  /** In milliseconds since 1970, as Date.now. */
  now(): number;
  /** Runs something once, after so many milliseconds; returns what calls it off. */
  after(millis: number, run: () => void): () => void;
  /** From 0 to below 1. */
  random(): number;
  /** Whether somebody can see the page. */
  isVisible(): boolean;
  onVisibilityChange(changed: () => void): void;
}

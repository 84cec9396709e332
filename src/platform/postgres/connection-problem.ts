/**
 * Why there is no connection, in one line. A host with several addresses fails with one error for each of them, in an
 * AggregateError whose own message is empty.
 */
export function connectionProblem(error: unknown): string {
  const { message = '', code, errors } = (error ?? {}) as { message?: string; code?: unknown; errors?: unknown };
  if (message === '' && Array.isArray(errors)) return errors.map(connectionProblem).join('; ');
  return (message === '' ? String(code ?? error) : message).replaceAll(/\s+/g, ' ');
}

const SAY_AGAIN_AFTER_MS = 10_000;

/** Says which problems are worth a line: new ones, and those that were not told for ten seconds. */
export class ProblemNews {
  private readonly toldAt = new Map<string, number>();

  /** @param nowMs on the clock of `performance.now()`. */
  isNews(problem: string, nowMs: number = performance.now()): boolean {
    const toldAt = this.toldAt.get(problem);
    if (toldAt !== undefined && nowMs - toldAt < SAY_AGAIN_AFTER_MS) return false;
    this.toldAt.set(problem, nowMs);
    return true;
  }
}

/**
 * What may stand in a log of something that was thrown: never a statement, nor its parameters, nor
 * a message of the database, which may quote a value.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return describeCause(error);
  const [, ...frames] = (error.stack ?? '').split(/\n(?= {4}at )/);
  return { ...describeCause(error), stack: frames.map((frame) => frame.trim()) };
}

/** The same without the stack, for what is expected to happen: a database that is away says nothing of our code. */
export function describeCause(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  return {
    name: error.name,
    code: (error as { code?: unknown }).code,
    message: mayQuoteValue(error) ? undefined : error.message,
  };
}

/** What PostgreSQL reports has a severity; a statement that failed on the way to it fails with a plain error of the driver. */
function mayQuoteValue(error: Error & { driverError?: unknown }): boolean {
  if ('severity' in error) return true;
  return error.name === 'QueryFailedError' && (error.driverError as Error | undefined)?.name !== 'Error';
}

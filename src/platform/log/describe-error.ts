/**
 * What may stand in a log of something that was thrown: never a statement, nor its parameters, nor
 * a message of the database, which may quote a value.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const isDatabaseError = error.name === 'QueryFailedError' || 'severity' in error;
  const [, ...frames] = (error.stack ?? '').split(/\n(?= {4}at )/);
  return {
    name: error.name,
    code: (error as { code?: unknown }).code,
    message: isDatabaseError ? undefined : error.message,
    stack: frames.map((frame) => frame.trim()),
  };
}

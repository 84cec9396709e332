import type { FreeFormLimits } from '../../input/free-form-limits.ts';

/** The injection token of {@link HttpLimits}: a part of the settings, bound in the app's module. */
export const HTTP_LIMITS = 'HTTP_LIMITS';

export interface HttpLimits extends FreeFormLimits {
  /** Milliseconds for which the next piece of a streamed body is waited for. */
  readonly requestIdleMs: number;
}

import type { ErrorBody } from './types.ts';

/** What keeps something from being shown, or from being up to date. */
export interface Problem {
  readonly kind:
    | 'session-expired'
    | 'session-ended'
    | 'customer-erased'
    | 'app-unknown'
    | 'wrong-app'
    | 'no-token'
    | 'event-gone'
    | 'too-many-requests'
    | 'unavailable'
    | 'offline'
    | 'refused';
  /** Of the service, such as EMBED_SESSION_EXPIRED; null where it could not be asked. */
  readonly code: string | null;
  readonly requestId: string | null;
  /** By the clock of the browser, in milliseconds: when it is tried again by itself. */
  readonly retryAt: number | null;
}

/** Thrown by the client for whatever is no answer. */
export class ProblemError extends Error {
  constructor(
    readonly problem: Problem,
    /** After how many milliseconds the service wants to be asked again; null: it does not say. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(problem.code ?? problem.kind);
  }
}

export const problemOf = (
  kind: Problem['kind'],
  code: string | null = null,
  requestId: string | null = null,
): Problem => ({
  kind,
  code,
  requestId,
  retryAt: null,
});

/** What is no refusal of the service means that it could not be reached. */
export const problemIn = (error: unknown): Problem =>
  error instanceof ProblemError ? error.problem : problemOf('offline');

/** No waiting helps, and what was shown must not be shown any more: only another token may bring something back. */
const FINAL: readonly Problem['kind'][] = ['session-ended', 'customer-erased', 'wrong-app', 'app-unknown', 'no-token'];

export const isFinal = ({ kind }: Problem): boolean => FINAL.includes(kind);

const MILLIS_PER_SECOND = 1_000;
/** Timers of browsers fire at once where they are to wait for more than 24 days. */
const MAX_RETRY_AFTER_SECONDS = 3_600;

/** The problem that a refusal of the service means. */
export async function refusalOf(response: Response): Promise<ProblemError> {
  const code = await codeOf(response);
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const problem = problemOf(kindOf(response.status, code), code, response.headers.get('X-Request-Id'));
  if (!(seconds >= 0)) return new ProblemError(problem);
  return new ProblemError(problem, Math.min(seconds, MAX_RETRY_AFTER_SECONDS) * MILLIS_PER_SECOND);
}

async function codeOf(response: Response): Promise<string | null> {
  try {
    const { code } = (await response.json()) as Partial<ErrorBody>;
    return typeof code === 'string' ? code : null;
  } catch {
    // A proxy may answer with a page of its own.
    return null;
  }
}

function kindOf(status: number, code: string | null): Problem['kind'] {
  if (status === 401) return code === 'EMBED_SESSION_EXPIRED' ? 'session-expired' : 'session-ended';
  if (status === 403) return code === 'EMBED_APP_UNKNOWN' ? 'app-unknown' : 'wrong-app';
  if (status === 404 || status === 410) return code === 'CUSTOMER_NOT_FOUND' ? 'customer-erased' : 'event-gone';
  if (status === 429) return 'too-many-requests';
  return status >= 500 ? 'unavailable' : 'refused';
}

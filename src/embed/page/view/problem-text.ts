import type { Problem } from '../store/state.ts';

export interface ProblemText {
  readonly title: string;
  /** What it means, and what to do. */
  readonly text: string;
  /** Whether trying again, now, can help. */
  readonly canRetry: boolean;
}

const stays = (title: string, text: string): ProblemText => ({ title, text, canRetry: false });
const passes = (title: string, text: string): ProblemText => ({ title, text, canRetry: true });

const TEXTS: Record<Problem['kind'], ProblemText> = {
  'session-expired': stays(
    'This session has expired',
    'Its time is over and it could not be renewed. Open the timeline again from where you came.',
  ),
  'session-ended': stays(
    'This session was ended',
    'Somebody has ended it, its key was revoked, or the customer was erased. Open the timeline again from where you came.',
  ),
  'customer-erased': stays(
    'This customer was erased',
    'All events of the customer were erased, so there is nothing to show.',
  ),
  'app-unknown': stays(
    'The address names no app',
    'The public key in the address (k=pk_live_…) is unknown or was revoked. Ask for a new link where you got this one.',
  ),
  'wrong-app': stays(
    'The session belongs to another app',
    'The public key in the address and the token are of different apps. Ask for a new link where you got this one.',
  ),
  'no-token': stays(
    'The address has no token',
    'A link to a timeline ends in #t=es_… and opens it once: after a reload, open it again from where you came.',
  ),
  'event-gone': stays('This event is not there any more', 'It was erased, or is older than events are kept.'),
  'too-many-requests': passes('Too many requests', 'This session has read much in a short time and has to wait.'),
  unavailable: passes('The service does not answer right now', 'What was loaded stays here.'),
  offline: passes('No connection to the service', 'What was loaded stays here. Check the network.'),
  refused: passes('The service refused the request', 'What was loaded stays here. Tell the operator the code below.'),
};

/** What people read of a problem. Each kind has a text of its own. */
export const problemText = (problem: Problem): ProblemText => TEXTS[problem.kind];

/** `trying again in 5 s`, counting down; null where nothing is tried by itself. */
export function retryText(problem: Problem, now: number): string | null {
  if (problem.retryAt === null) return null;
  const seconds = Math.ceil((problem.retryAt - now) / 1_000);
  if (seconds <= 0) return 'trying again now';
  if (seconds < 120) return `trying again in ${seconds} s`;
  return `trying again in ${Math.ceil(seconds / 60)} min`;
}

/** What an operator can look for: the code and the id of the request. */
export function problemCode(problem: Problem): string {
  const code = problem.code ?? problem.kind.toUpperCase().replaceAll('-', '_');
  return problem.requestId === null ? code : `${code} · request ${problem.requestId}`;
}

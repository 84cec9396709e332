import { expect, it } from '@jest/globals';
import type { Problem } from '../store/state.ts';
import { problemCode, problemText, retryText } from './problem-text.ts';

const KINDS: readonly Problem['kind'][] = [
  ...(['session-expired', 'session-ended', 'customer-erased', 'app-unknown', 'wrong-app', 'no-token'] as const),
  ...(['event-gone', 'too-many-requests', 'unavailable', 'offline', 'refused'] as const),
];
const problem = (more: Partial<Problem>): Problem => ({
  ...{ kind: 'unavailable', code: null, requestId: null, retryAt: null },
  ...more,
});

it('every kind of problem has a text of its own', () => {
  const texts = KINDS.map((kind) => problemText(problem({ kind })));
  expect(new Set(texts.map(({ title }) => title)).size).toBe(KINDS.length);
  for (const { title, text } of texts) expect(`${title} ${text}`).not.toMatch(/something|went wrong/i);
});

it('the time until the next attempt counts down', () => {
  expect(retryText(problem({ retryAt: 5_000 }), 1)).toBe('trying again in 5 s');
  expect(retryText(problem({ retryAt: 5_000 }), 4_999)).toBe('trying again in 1 s');
  expect(retryText(problem({ retryAt: 5_000 }), 6_000)).toBe('trying again now');
  expect(retryText(problem({ retryAt: 300_000 }), 0)).toBe('trying again in 5 min');
  expect(retryText(problem({}), 0)).toBeNull();
});

it('a problem has a code, of the service or of its kind', () => {
  expect(problemCode(problem({ code: 'SERVICE_UNAVAILABLE', requestId: 'r1' }))).toBe(
    'SERVICE_UNAVAILABLE · request r1',
  );
  expect(problemCode(problem({ kind: 'no-token' }))).toBe('NO_TOKEN');
});

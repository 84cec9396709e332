import { describe, expect, it } from '@jest/globals';
import { NO_PRECONDITIONS, preconditionFailed, requirePreconditions, type Preconditions } from './preconditions.ts';

const code = (conditions: Preconditions, present: string | null): string => {
  try {
    requirePreconditions(conditions, present);
    return 'holds';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('preconditions of a change', () => {
  it.each<[string, Preconditions, string | null, boolean]>([
    ['nothing is asked of what is there', NO_PRECONDITIONS, 'a', true],
    ['nothing is asked of what is not there', NO_PRECONDITIONS, null, true],
    ['the version is the one', { isOneOf: ['a'] }, 'a', true],
    ['the version is one of several', { isOneOf: ['b', 'a'] }, 'a', true],
    ['the version is another one', { isOneOf: ['b'] }, 'a', false],
    ['there is no version', { isOneOf: ['b'] }, null, false],
    ['no version is named', { isOneOf: [] }, 'a', false],
    ['there is any version', { isOneOf: 'any' }, 'a', true],
    ['there is not any version', { isOneOf: 'any' }, null, false],
    ['there is to be none, and is none', { isNone: true }, null, true],
    ['there is to be none, and is one', { isNone: true }, 'a', false],
    ['both are asked, which nothing can keep', { isNone: true, isOneOf: 'any' }, 'a', false],
  ])('are decided right where %s', (_case, conditions, present, holds) => {
    expect(code(conditions, present)).toBe(holds ? 'holds' : preconditionFailed.code);
  });
});

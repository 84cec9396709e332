import { describe, expect, it } from '@jest/globals';
import { newSecretKey } from './api-key.ts';
import { isGuessableKey } from './guessable-key.ts';

const RANDOM = '7Kq2ZtVw9XbRm4LpYc8HsJd3NfGh6TvBeQaUyWxCz1Mk5PiS';
const withSecret = (secret: string): string => `sk_live_agent_${secret}`;

describe('a guessable key', () => {
  it.each<[string, string]>([
    ['one character', 'x'.repeat(48)],
    ['few different characters', 'password'.repeat(6)],
    ['a part that is repeated', RANDOM.slice(0, 24).repeat(2)],
    ['a row of the alphabet', 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKL'],
    ['a short row among others', `${RANDOM.slice(0, 43)}54321`],
  ])('has %s', (_, secret) => {
    expect(secret).toHaveLength(48);
    expect(isGuessableKey(withSecret(secret))).toBe(true);
  });

  it('is none of random characters', () => {
    expect(isGuessableKey(withSecret(RANDOM))).toBe(false);
    const guessable = Array.from({ length: 2_000 }, () => newSecretKey('agent')).filter(isGuessableKey);
    expect(guessable.length).toBeLessThan(3);
  });
});

import { describe, expect, it } from '@jest/globals';
import { parseScopes } from './parse-scopes.ts';
import { formatScopes, SCOPES, type Scopes } from './scopes.ts';

describe('parseScopes', () => {
  it.each<[string, Scopes]>([
    ['all', null],
    [' all ', null],
    ['write', ['events:write', 'customers:write']],
    ['read', ['customers:read', 'timeline:read']],
    ['support', ['customers:read', 'timeline:read', 'sessions:create']],
    ['timeline:read', ['timeline:read']],
    ['audit:read, events:write', ['events:write', 'audit:read']],
    ['read,audit:read', ['customers:read', 'timeline:read', 'audit:read']],
    ['write,events:write,write', ['events:write', 'customers:write']],
    [SCOPES.join(','), SCOPES],
  ])('reads %j', (text, scopes) => expect(parseScopes(text)).toEqual({ scopes }));

  it.each([
    ['timeline.read', 'timeline:read'],
    ['TIMELINE_READ', 'timeline:read'],
    ['timelineread', 'timeline:read'],
    ['read:timeline', 'timeline:read'],
    ['timeline', 'timeline:read'],
    ['timeline:*', 'timeline:read'],
    ['customer:read', 'customers:read'],
    ['event-type:write', 'event-types:write'],
    ['session:create', 'sessions:create'],
    ['events:read', 'timeline:read'],
    ['Write', 'write'],
    ['suport', 'support'],
    ['ALL', 'all'],
    ['everything', 'all'],
  ])('refuses %j, and asks whether %s was meant', (text, meant) =>
    expect(parseScopes(text)).toEqual({ problem: `"${text}" is no scope; did you mean ${meant}?` }),
  );

  it.each(['events', 'customers', 'root', 'timeline:write', 'constructor', '*', 'null', 'x'.repeat(101)])(
    'refuses %j, and says what there is',
    (text) => {
      const { problem } = parseScopes(text) as { problem: string };
      expect(problem).toMatch(
        /^"\S{1,101}" is no scope; expected all, or one or more of write, read, support, events:/,
      );
      expect(problem).toContain(SCOPES.join(', '));
    },
  );

  it('tells of each name that is wrong', () => {
    expect(parseScopes('timeline.read,audit:read,customer:read')).toEqual({
      problem:
        '"timeline.read" is no scope; did you mean timeline:read?\n"customer:read" is no scope; did you mean customers:read?',
    });
    expect(parseScopes('read,')).toEqual({ problem: expect.stringMatching(/^a scope is empty; .* remove the comma/) });
    expect(parseScopes('')).toEqual({ problem: expect.stringMatching(/^a scope is empty/) });
    expect(parseScopes('all,read')).toEqual({ problem: expect.stringMatching(/^"all" has no other scope beside it/) });
  });

  it.each(['all', 'write', 'read', 'support', 'timeline:read,audit:read', SCOPES.join(',')])(
    'is the reverse of formatScopes: %s',
    (text) => {
      const { scopes } = parseScopes(text) as { scopes: Scopes };
      expect(formatScopes(scopes)).toBe(text);
    },
  );
});

import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  APP_SLUG_PATTERN,
  isWellFormedKey,
  keyState,
  newSecretKey,
  requireUsableKey,
  sha256OfKey,
  shownPrefix,
  type ApiKey,
  type App,
  type KeyState,
} from './api-key.ts';

const NOW = 1_000_000;
const SECRET = newSecretKey('agent');

const APP: App = {
  id: 'a',
  slug: 'acme',
  name: 'Acme',
  eventLimits: null,
  readLimits: null,
  retention: [],
  createdAt: 0,
  suspendedAt: null,
  deletionStartedAt: null,
  embedOrigins: [],
};
const SUSPENDED: App = { ...APP, suspendedAt: NOW + 60_000 };

const key = (fields: Partial<ApiKey> = {}): ApiKey => ({
  id: 'k',
  app: APP,
  name: 'backend',
  type: 'agent',
  prefix: shownPrefix(SECRET, 'agent'),
  sha256: sha256OfKey(SECRET),
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
  createdAt: 0,
  replacedBy: null,
  scopes: null,
  publicKey: null,
  eventLimits: null,
  readLimits: null,
  ...fields,
});

describe('a new key', () => {
  it('has its prefix and 48 characters, each of 62, each time others', () => {
    const agents = Array.from({ length: 500 }, () => newSecretKey('agent'));
    for (const agent of agents) expect(agent).toMatch(/^sk_live_agent_[A-Za-z0-9]{48}$/);
    expect(newSecretKey('public')).toMatch(/^pk_live_[A-Za-z0-9]{48}$/);
    expect(new Set(agents).size).toBe(500);
    const characters = new Set(agents.flatMap((agent) => [...agent.slice('sk_live_agent_'.length)]));
    expect(characters.size).toBe(62);
  });

  it('is well-formed, and known by its SHA-256 and four characters', () => {
    expect(isWellFormedKey(SECRET)).toBe(true);
    expect(sha256OfKey(SECRET)).toEqual(createHash('sha256').update(SECRET).digest());
    expect(shownPrefix(SECRET, 'agent')).toBe(SECRET.slice(0, 18));
    expect(shownPrefix(newSecretKey('public'), 'public')).toHaveLength(12);
  });

  it.each([
    '',
    'sk_live_agent_',
    SECRET.slice(1),
    `${SECRET}x`,
    `${SECRET}\n`,
    ` ${SECRET}`,
    SECRET.replace('live', 'test'),
    `sk_live_agent_${'é'.repeat(48)}`,
    `sk_live_agent_${'-'.repeat(48)}`,
  ])('is not %j', (text) => expect(isWellFormedKey(text)).toBe(false));
});

describe('requireUsableKey', () => {
  const keyOrCode = (fields: Partial<ApiKey>, presented = SECRET): unknown => {
    try {
      return requireUsableKey(key(fields), sha256OfKey(presented), NOW);
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('returns a valid agent key', () => {
    expect(keyOrCode({})).toEqual(key());
    expect(keyOrCode({ expiresAt: NOW + 1 })).toEqual(key({ expiresAt: NOW + 1 }));
  });

  it.each<[string, Partial<ApiKey>, string]>([
    ['that is revoked', { revokedAt: NOW }, 'AUTH_API_KEY_INVALID'],
    ['that a machine whose clock is ahead has revoked', { revokedAt: NOW + 60_000 }, 'AUTH_API_KEY_INVALID'],
    ['that is past its expiry', { expiresAt: NOW - 1 }, 'AUTH_API_KEY_EXPIRED'],
    ['at the moment of its expiry', { expiresAt: NOW }, 'AUTH_API_KEY_EXPIRED'],
    ['that is public', { type: 'public' }, 'AUTH_API_KEY_FORBIDDEN'],
    ['of an app that is suspended, by whatever clock', { app: SUSPENDED }, 'AUTH_API_KEY_FORBIDDEN'],
    ['that is revoked, of a suspended app', { app: SUSPENDED, revokedAt: 1 }, 'AUTH_API_KEY_INVALID'],
    ['that is past its expiry, of a suspended app', { app: SUSPENDED, expiresAt: 1 }, 'AUTH_API_KEY_EXPIRED'],
    ['that is revoked and past its expiry', { revokedAt: 1, expiresAt: 1 }, 'AUTH_API_KEY_INVALID'],
    ['that is public and past its expiry', { type: 'public', expiresAt: 1 }, 'AUTH_API_KEY_EXPIRED'],
  ])('refuses a key %s', (_, fields, code) => {
    expect(keyOrCode(fields)).toBe(code);
  });

  it('says that the app is suspended, not that the key is a wrong one', () => {
    expect(() => requireUsableKey(key({ app: SUSPENDED }), sha256OfKey(SECRET), NOW)).toThrow(/app .* is suspended/);
  });

  it('refuses a key that is another one than presented, or none', () => {
    expect(keyOrCode({}, newSecretKey('agent'))).toBe('AUTH_API_KEY_INVALID');
    expect(() => requireUsableKey(null, sha256OfKey(SECRET), NOW)).toThrow(
      expect.objectContaining({ code: 'AUTH_API_KEY_INVALID' }),
    );
  });
});

describe('keyState', () => {
  it.each<[KeyState, Partial<ApiKey>]>([
    ['valid', { expiresAt: NOW + 1 }],
    ['replaced', { expiresAt: NOW + 1, replacedBy: 'k2' }],
    ['expired', { expiresAt: NOW, replacedBy: 'k2' }],
    ['revoked', { expiresAt: NOW, revokedAt: NOW, replacedBy: 'k2' }],
  ])('is %s', (state, fields) => expect(keyState(key(fields), NOW)).toBe(state));
});

describe('APP_SLUG_PATTERN', () => {
  it.each(['a', '0', 'a-b', 'a--b', 'a'.repeat(63)])('takes %s', (slug) =>
    expect(APP_SLUG_PATTERN.test(slug)).toBe(true),
  );
  it.each(['', 'A', '-a', 'a-', 'a b', 'a_b', 'é', 'a\n', 'a'.repeat(64), '../a'])('refuses %j', (slug) =>
    expect(APP_SLUG_PATTERN.test(slug)).toBe(false),
  );
});

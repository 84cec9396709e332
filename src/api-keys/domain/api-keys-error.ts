import {
  defineError,
  defineErrorOf,
  DomainError,
  type ErrorContent,
  type ErrorKind,
} from '../../../libs/kernel/domain-error.ts';
import type { Scope } from '../../platform/access/scopes.ts';

/** Why a key is not let in. The response to its sender may tell less. */
export type KeyRefusal = 'malformed' | 'unknown' | 'revoked' | 'expired' | 'suspended' | 'public' | 'scope';

interface RefusalContent extends ErrorContent {
  readonly reason: KeyRefusal;
  readonly app?: string | undefined;
}

/** A key that is not let in. */
export class ApiKeyRefused extends DomainError {
  readonly reason: KeyRefusal;
  /** The slug of the app whose key it is; undefined where it is nobody's. */
  readonly app: string | undefined;

  constructor(kind: ErrorKind, code: string, content: RefusalContent) {
    super(kind, code, content);
    this.reason = content.reason;
    this.app = content.app;
  }
}

export const apiKeyInvalid = defineErrorOf(
  ApiKeyRefused,
  'unauthenticated',
  'AUTH_API_KEY_INVALID',
  (reason: 'malformed' | 'unknown' | 'revoked', app?: string) => ({
    message: 'This API key is malformed, unknown or revoked; check that it was copied whole',
    reason,
    app,
  }),
  'unknown',
);

export const apiKeyExpired = defineErrorOf(
  ApiKeyRefused,
  'unauthenticated',
  'AUTH_API_KEY_EXPIRED',
  (app?: string) => ({ message: 'This API key has expired; ask for a new one', reason: 'expired' as const, app }),
);

/** Nobody could say in time whether it is one: no refusal of the key. */
export const tooManyKeyLookups = defineError('unavailable', 'SERVICE_UNAVAILABLE', () => ({
  message: 'Too many keys that were never used here are being looked up; send the request again',
}));

export const apiKeyForbidden = defineErrorOf(ApiKeyRefused, 'forbidden', 'AUTH_API_KEY_FORBIDDEN', (app?: string) => ({
  message: 'This is a public key; an agent key (sk_live_agent_…) is needed here',
  reason: 'public' as const,
  app,
}));

/** The key is a good one, and works again when the app does: so it is no AUTH_API_KEY_INVALID, at which callers throw a key away. */
export const appSuspended = defineErrorOf(ApiKeyRefused, 'forbidden', 'AUTH_API_KEY_FORBIDDEN', (app?: string) => ({
  message: 'The app of this API key is suspended; ask the operator of the service to resume it',
  reason: 'suspended' as const,
  app,
}));

/** The key is a good one for other routes. */
export const scopeMissing = defineErrorOf(
  ApiKeyRefused,
  'forbidden',
  'AUTH_API_KEY_FORBIDDEN',
  (scope: Scope, app?: string) => ({
    message: `This API key may not do that: it lacks the scope ${scope}; use a key that has it`,
    details: { scope: [`needs ${scope}`] },
    reason: 'scope' as const,
    app,
  }),
  'timeline:read',
);

import { DomainError } from '../../../libs/kernel/domain-error.ts';

/** The codes of this slice's refusals; clients branch on them, so they never change. */
export type ApiKeysErrorCode =
  'AUTH_API_KEY_MISSING' | 'AUTH_API_KEY_INVALID' | 'AUTH_API_KEY_EXPIRED' | 'AUTH_API_KEY_FORBIDDEN';

const refusal = (code: ApiKeysErrorCode, message: string): DomainError<ApiKeysErrorCode> =>
  new DomainError(code, message);

export const apiKeyMissing = () =>
  refusal('AUTH_API_KEY_MISSING', 'Send your agent key (sk_live_agent_…) in the X-API-Key header');

export const apiKeyInvalid = () =>
  refusal('AUTH_API_KEY_INVALID', 'This API key is malformed, unknown or revoked; check that it was copied whole');

export const apiKeyExpired = () => refusal('AUTH_API_KEY_EXPIRED', 'This API key has expired; ask for a new one');

export const apiKeyForbidden = () =>
  refusal('AUTH_API_KEY_FORBIDDEN', 'This is a public key; server routes want an agent key (sk_live_agent_…)');

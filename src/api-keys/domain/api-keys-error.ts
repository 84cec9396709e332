import { defineError } from '../../../libs/kernel/domain-error.ts';

export const apiKeyInvalid = defineError('unauthenticated', 'AUTH_API_KEY_INVALID', () => ({
  message: 'This API key is malformed, unknown or revoked; check that it was copied whole',
}));

export const apiKeyExpired = defineError('unauthenticated', 'AUTH_API_KEY_EXPIRED', () => ({
  message: 'This API key has expired; ask for a new one',
}));

/** Nobody could say in time whether it is one: no refusal of the key. */
export const tooManyKeyLookups = defineError('unavailable', 'SERVICE_UNAVAILABLE', () => ({
  message: 'Too many keys that were never used here are being looked up; send the request again',
}));

export const apiKeyForbidden = defineError('forbidden', 'AUTH_API_KEY_FORBIDDEN', () => ({
  message: 'This is a public key; an agent key (sk_live_agent_…) is needed here',
}));

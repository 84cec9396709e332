import { defineError } from '../../../libs/kernel/domain-error.ts';

export const apiKeyInvalid = defineError('unauthenticated', 'AUTH_API_KEY_INVALID', () => ({
  message: 'This API key is malformed, unknown or revoked; check that it was copied whole',
}));

export const apiKeyExpired = defineError('unauthenticated', 'AUTH_API_KEY_EXPIRED', () => ({
  message: 'This API key has expired; ask for a new one',
}));

export const apiKeyForbidden = defineError('forbidden', 'AUTH_API_KEY_FORBIDDEN', () => ({
  message: 'This is a public key; an agent key (sk_live_agent_…) is needed here',
}));

import { defineError } from '../../../libs/kernel/domain-error.ts';

/** HTTP's own, so it may name the header: elsewhere nothing can lack a key. */
export const apiKeyMissing = defineError('unauthenticated', 'AUTH_API_KEY_MISSING', () => ({
  message: 'Send your agent key (sk_live_agent_…) in the X-API-Key header',
}));

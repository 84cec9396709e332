import { defineError } from '../../../libs/kernel/domain-error.ts';

export const eventTypeRuleNotFound = defineError('not-found', 'NOT_FOUND', () => ({
  message: 'There is no rule for this event type or prefix',
}));

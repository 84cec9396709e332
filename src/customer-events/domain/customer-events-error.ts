import { defineError, type DomainError } from '../../../libs/kernel/domain-error.ts';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import type { Instant } from '../../../libs/time/instant.ts';

export const customerNotFound = defineError('not-found', 'CUSTOMER_NOT_FOUND', () => ({
  message: 'There is no customer with this external id; create the customer first',
}));

export const customerEmailExists = defineError('conflict', 'CUSTOMER_EMAIL_EXISTS', () => ({
  message: 'Another customer has this e-mail address',
  details: { email: ['is taken by another customer'] },
}));

export const customerRefused = (): DomainError => invalidField('customer', 'cannot be stored by the database');

/** Takes the names of the fields that differ; their values are not told. */
export const eventIdConflict = defineError(
  'conflict',
  'EVENT_ID_CONFLICT',
  (fields: readonly string[]) => ({
    message: 'An event with this eventId already exists, with other content; a new event needs a new eventId',
    details: Object.fromEntries(fields.map((field) => [field, ['differs from the event stored under this eventId']])),
  }),
  ['payload'],
);

export const eventErased = defineError('gone', 'EVENT_ERASED', () => ({
  message: 'The event with this eventId was erased and cannot be recorded again; a new event needs a new eventId',
}));

export const eventNotFound = defineError('not-found', 'NOT_FOUND', () => ({
  message: 'This customer has no event with this id',
}));

/** @param keptFrom the instant before which events of these types are deleted. */
export const eventPastRetention = (pattern: string, period: string, keptFrom: Instant): DomainError =>
  invalidField(
    'occurredAt',
    `is past the retention of ${pattern === '*' ? 'all' : pattern} events (${period}, before ${keptFrom}): it would be deleted at once`,
  );

export const eventRefused = (): DomainError => invalidField('event', 'cannot be stored by the database');

export const importStopped = defineError('unavailable', 'SERVICE_UNAVAILABLE', () => ({
  message: 'The service is shutting down and has stopped this import',
}));

import { DomainError, defineErrorOf } from '../../../libs/kernel/domain-error.ts';

/** Made by {@link storageUnavailable}. */
export class StorageUnavailable extends DomainError {}

/** Made by {@link storageOutcomeUnknown}. */
export class StorageOutcomeUnknown extends StorageUnavailable {}

/** Made by {@link storageOverloaded}. */
export class StorageOverloaded extends DomainError {}

/**
 * The database cannot be reached, or cannot do this now. Nothing was refused for its content: the
 * same request may be sent again.
 */
export const storageUnavailable = defineErrorOf(
  StorageUnavailable,
  'unavailable',
  'SERVICE_UNAVAILABLE',
  (cause: unknown) => ({ message: 'The database is not available at the moment; send the request again', cause }),
  undefined,
);

/**
 * The connection to the database broke before it had confirmed a write: it may have been done.
 * Only a request with an `eventId` can be sent again without a second event.
 */
export const storageOutcomeUnknown = defineErrorOf(
  StorageOutcomeUnknown,
  'unavailable',
  'SERVICE_UNAVAILABLE',
  (cause: unknown) => ({
    message:
      'The connection to the database broke before it confirmed the write: what was sent may be stored. ' +
      'With an eventId it is safe to send it again',
    details: { outcome: 'unknown' },
    cause,
  }),
  undefined,
);

/** More is waiting to be written than will be written soon. The same request may be sent again. */
export const storageOverloaded = defineErrorOf(StorageOverloaded, 'unavailable', 'SERVICE_UNAVAILABLE', () => ({
  message: 'Events arrive faster than they can be written; send the request again',
}));

import { DomainError } from '../../../libs/kernel/domain-error.ts';

export type StorageErrorCode = 'SERVICE_UNAVAILABLE';

/**
 * The database cannot be reached, or cannot do this now. Nothing was refused for its content: the
 * same request may be sent again.
 */
export class StorageUnavailable extends DomainError<StorageErrorCode> {
  constructor(
    cause: unknown,
    message = 'The database is not available at the moment; send the request again',
    details?: Readonly<Record<string, unknown>>,
  ) {
    super('SERVICE_UNAVAILABLE', message, details);
    this.cause = cause;
  }
}

/**
 * The connection to the database broke before it had answered a write: it may have been done. Only
 * a request with an `eventId` can be sent again without a second event.
 */
export class StorageOutcomeUnknown extends StorageUnavailable {
  constructor(cause: unknown) {
    super(
      cause,
      'The database went away before it answered: what was sent may be stored. With an eventId it is safe to send it again',
      { outcome: 'unknown' },
    );
  }
}

/** More is waiting to be written than will be written soon. The same request may be sent again. */
export class StorageOverloaded extends DomainError<StorageErrorCode> {
  constructor() {
    super('SERVICE_UNAVAILABLE', 'More events arrive than can be written; send the request again');
  }
}

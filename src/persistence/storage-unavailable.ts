import { DomainError } from '../../libs/kernel/domain-error.ts';

export type StorageErrorCode = 'SERVICE_UNAVAILABLE';

/**
 * The database cannot be reached, or cannot do this now. Nothing was refused for its content: the
 * same request may be sent again.
 */
export class StorageUnavailable extends DomainError<StorageErrorCode> {
  constructor(cause: unknown) {
    super('SERVICE_UNAVAILABLE', 'The database is not available at the moment; send the request again');
    this.cause = cause;
  }
}

/** More is waiting to be written than will be written soon. The same request may be sent again. */
export class StorageOverloaded extends DomainError<StorageErrorCode> {
  constructor() {
    super('SERVICE_UNAVAILABLE', 'More events arrive than can be written; send the request again');
  }
}

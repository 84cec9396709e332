import type { DomainError } from '../../../../libs/kernel/domain-error.ts';
import * as apiKeys from '../../../api-keys/domain/api-keys-error.ts';
import * as customerEvents from '../../../customer-events/domain/customer-events-error.ts';
import { StorageUnavailable } from '../../postgres/storage-unavailable.ts';
import type { ErrorCode } from './error-code.ts';
import * as http from './http-error.ts';

interface FailureExample {
  readonly message: string;
  readonly details?: object;
}

const exampleOf = ({ message, details }: DomainError): FailureExample =>
  details === undefined ? { message } : { message, details: { ...details } };

/** One example of each failure, made by the very functions that make the real ones. */
export const FAILURE_EXAMPLES: Readonly<Record<ErrorCode, FailureExample>> = {
  VALIDATION_ERROR: exampleOf(http.invalidFields({ occuredAt: ['is not a field here; did you mean occurredAt?'] })),
  AUTH_API_KEY_MISSING: exampleOf(apiKeys.apiKeyMissing()),
  AUTH_API_KEY_INVALID: exampleOf(apiKeys.apiKeyInvalid()),
  AUTH_API_KEY_EXPIRED: exampleOf(apiKeys.apiKeyExpired()),
  AUTH_API_KEY_FORBIDDEN: exampleOf(apiKeys.apiKeyForbidden()),
  CUSTOMER_NOT_FOUND: exampleOf(customerEvents.customerNotFound()),
  NOT_FOUND: exampleOf(customerEvents.eventNotFound()),
  METHOD_NOT_ALLOWED: exampleOf(http.methodNotAllowed(['POST'])),
  REQUEST_TIMEOUT: exampleOf(http.requestTimeout()),
  CUSTOMER_EMAIL_EXISTS: exampleOf(customerEvents.customerEmailExists()),
  EVENT_ID_CONFLICT: exampleOf(customerEvents.eventIdConflict(['payload'])),
  EVENT_ERASED: exampleOf(customerEvents.eventErased()),
  PAYLOAD_TOO_LARGE: exampleOf(http.fieldTooLarge('payload', 65_536)),
  UNSUPPORTED_MEDIA_TYPE: exampleOf(
    http.unsupportedMediaType('The body must be JSON, with Content-Type: application/json'),
  ),
  TOO_MANY_REQUESTS: exampleOf(http.tooManyRequests(1)),
  INTERNAL_ERROR: exampleOf(http.internalError()),
  SERVICE_UNAVAILABLE: exampleOf(new StorageUnavailable(undefined)),
};

import type { ApiKeysErrorCode } from '../../../api-keys/domain/api-keys-error.ts';
import type { CustomerEventsErrorCode } from '../../../customer-events/domain/customer-events-error.ts';
import type { StorageErrorCode } from '../../postgres/storage-unavailable.ts';
import type { HttpErrorCode } from './http-error.ts';

/** Every code that a failure can have. A new one does not compile without a status below. */
export type ErrorCode = CustomerEventsErrorCode | ApiKeysErrorCode | StorageErrorCode | HttpErrorCode;

export const STATUS_OF_CODE: Readonly<Record<ErrorCode, number>> = {
  VALIDATION_ERROR: 400,
  AUTH_API_KEY_MISSING: 401,
  AUTH_API_KEY_INVALID: 401,
  AUTH_API_KEY_EXPIRED: 401,
  AUTH_API_KEY_FORBIDDEN: 403,
  CUSTOMER_NOT_FOUND: 404,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  CUSTOMER_EMAIL_EXISTS: 409,
  EVENT_ID_CONFLICT: 409,
  EVENT_ERASED: 410,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  TOO_MANY_REQUESTS: 429,
  INTERNAL_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
};

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(STATUS_OF_CODE, code);

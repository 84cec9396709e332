import type { DomainError } from '../../../../libs/kernel/domain-error.ts';
import { HttpError } from './http-error.ts';

/** Seconds after which a client may try again where nothing better is known. */
export const RETRY_AFTER_UNAVAILABLE = '1';

/** The headers that the response to a failure has because of it. */
export function failureHeaders(error: DomainError): Readonly<Record<string, string>> {
  if (error instanceof HttpError) return error.headers;
  return error.kind === 'unavailable' ? { 'Retry-After': RETRY_AFTER_UNAVAILABLE } : {};
}

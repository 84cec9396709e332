import { DomainError, type FieldErrors } from '../../../../libs/kernel/domain-error.ts';

/** The codes of refusals that come from HTTP itself, before or beside the application. */
export type HttpErrorCode =
  | 'VALIDATION_ERROR'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'REQUEST_TIMEOUT'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'TOO_MANY_REQUESTS'
  | 'INTERNAL_ERROR';

/** A refusal that comes from HTTP itself, with the headers that belong to it. */
export class HttpError extends DomainError<HttpErrorCode> {
  constructor(
    code: HttpErrorCode,
    message: string,
    details?: Readonly<Record<string, unknown>>,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(code, message, details);
  }
}

export const badRequest = (field: string, problem: string): HttpError => invalidFields({ [field]: [problem] });

export const bodyTooLarge = (limit: number): HttpError =>
  new HttpError('PAYLOAD_TOO_LARGE', `The body of this request may have at most ${limit} bytes`, {
    field: 'body',
    limit,
  });

export const unsupportedMediaType = (message: string): HttpError => new HttpError('UNSUPPORTED_MEDIA_TYPE', message);

export const routeNotFound = (): HttpError =>
  new HttpError('NOT_FOUND', 'There is no such route; GET /docs lists them all');

export const methodNotAllowed = (allow: readonly string[]): HttpError =>
  new HttpError('METHOD_NOT_ALLOWED', `This route answers to ${allow.join(', ')}`, undefined, {
    Allow: allow.join(', '),
  });

export const internalError = (): HttpError =>
  new HttpError('INTERNAL_ERROR', 'Something went wrong on our side; the request may be sent again');

export const fieldTooLarge = (field: string, limit: number): HttpError =>
  new HttpError('PAYLOAD_TOO_LARGE', `The ${field} may have at most ${limit} bytes of JSON`, { field, limit });

/** @param errors field → what is wrong with it. */
export const invalidFields = (errors: FieldErrors): HttpError =>
  new HttpError('VALIDATION_ERROR', `The request is not valid: ${Object.keys(errors).join(', ')}`, errors);

export const requestTimeout = (): HttpError =>
  new HttpError('REQUEST_TIMEOUT', 'The request did not arrive in time; send it again');

export const tooManyRequests = (retryAfterSeconds: number): HttpError =>
  new HttpError(
    'TOO_MANY_REQUESTS',
    `This key has sent too many events; send the request again in ${retryAfterSeconds} s`,
    { retryAfterSeconds },
    { 'Retry-After': String(retryAfterSeconds) },
  );

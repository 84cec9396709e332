import {
  DomainError,
  defineError,
  defineErrorOf,
  type ErrorContent,
  type ErrorKind,
} from '../../../../libs/kernel/domain-error.ts';

type Headers = Readonly<Record<string, string>>;

/** A failure that comes from HTTP itself, with the headers that belong to it. */
export class HttpError extends DomainError {
  readonly headers: Headers;

  constructor(kind: ErrorKind, code: string, content: ErrorContent & { readonly headers: Headers }) {
    super(kind, code, content);
    this.headers = content.headers;
  }
}

export const bodyTooLarge = defineError(
  'too-large',
  'PAYLOAD_TOO_LARGE',
  (limit: number) => ({
    message: `The request body may have at most ${limit} bytes`,
    details: { field: 'body', limit },
  }),
  131_072,
);

export const unsupportedMediaType = defineError(
  'unsupported',
  'UNSUPPORTED_MEDIA_TYPE',
  (message: string) => ({ message }),
  'The body must be JSON, with Content-Type: application/json',
);

export const routeNotFound = defineError('not-found', 'NOT_FOUND', () => ({
  message: 'There is no such route; GET /docs lists them all',
}));

export const methodNotAllowed = defineErrorOf(
  HttpError,
  'method-not-allowed',
  'METHOD_NOT_ALLOWED',
  (allow: readonly string[]) => ({
    message: `This route accepts ${allow.join(', ')}`,
    headers: { Allow: allow.join(', ') },
  }),
  ['POST'],
);

export const internalError = defineError('internal', 'INTERNAL_ERROR', () => ({
  message: 'Something went wrong in the service; the request may be sent again',
}));

export const requestTimeout = defineError('timeout', 'REQUEST_TIMEOUT', () => ({
  message: 'The request did not arrive in time; send it again',
}));

/** Load shedding: as many requests are in flight as may be. */
export const tooManyInFlight = defineError('unavailable', 'SERVICE_UNAVAILABLE', () => ({
  message: 'The service has as many requests as it can handle; send the request again',
}));

import { defineErrorOf } from '../../../libs/kernel/domain-error.ts';
import { HttpError } from '../../platform/http/errors/http-error.ts';
import type { SessionRefusal } from '../application/session-access.ts';

/** RFC 6750: the scheme by which a session is presented. */
const headers = { 'WWW-Authenticate': 'Bearer' };

export const sessionExpired = defineErrorOf(HttpError, 'unauthenticated', 'EMBED_SESSION_EXPIRED', () => ({
  message: 'This embed session has expired; make a new one',
  headers,
}));

export const sessionInvalid = defineErrorOf(HttpError, 'unauthenticated', 'EMBED_SESSION_INVALID', () => ({
  message:
    'The token of an embed session is missing, malformed, unknown, or its session has ended; send the token (es_…) as Authorization: Bearer',
  headers,
}));

export const embedWrongApp = defineErrorOf(HttpError, 'forbidden', 'EMBED_WRONG_APP', () => ({
  message:
    'X-Public-Key is the public key of another app than that of this embed session; open the page by the url that came with the session',
  headers: {},
}));

export const embedAppUnknown = defineErrorOf(HttpError, 'forbidden', 'EMBED_APP_UNKNOWN', () => ({
  message:
    'X-Public-Key is no public key, or one that is unknown or revoked; open the page by the url of a new embed session',
  headers: {},
}));

export const sessionRefused = ({ refused }: SessionRefusal): HttpError =>
  refused === 'expired' ? sessionExpired() : sessionInvalid();

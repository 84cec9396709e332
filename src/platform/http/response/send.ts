import type { ServerResponse } from 'node:http';
import type { DomainError } from '../../../../libs/kernel/domain-error.ts';
import { addHeader, writeHead } from './response-head.ts';
import { isErrorCode, STATUS_OF_CODE } from '../errors/error-code.ts';
import { failureEnvelope } from './envelope.ts';
import { inFlightRequestOf } from '../request/in-flight-request.ts';
import { HttpError, internalError } from '../errors/http-error.ts';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** Seconds after which a client may try again where nothing better is known. */
export const RETRY_AFTER_UNAVAILABLE = '1';

/** Above this length a text is better made bytes at once than by the socket; a page by 4 % of its CPU, side by side. */
const LONG_TEXT = 2_048;

/** Sends a whole text, in one write and with its length. */
export function sendText(response: ServerResponse, status: number, text: string, contentType: string): void {
  const body = text.length > LONG_TEXT ? Buffer.from(text) : text;
  writeHead(response, status, ['Content-Type', contentType, 'Content-Length', String(Buffer.byteLength(body))]);
  response.end(body);
}

/** Sends the failure envelope of a refusal, with the status and the headers that belong to its code. */
export function sendFailure(response: ServerResponse, refusal: DomainError): void {
  const error = isErrorCode(refusal.code) ? refusal : internalError();
  const status = isErrorCode(error.code) ? STATUS_OF_CODE[error.code] : 500;
  const inFlight = inFlightRequestOf(response);
  if (inFlight !== undefined) inFlight.code = error.code;
  if (status === 503) addHeader(response, 'Retry-After', RETRY_AFTER_UNAVAILABLE);
  if (error instanceof HttpError) {
    for (const [name, value] of Object.entries(error.headers)) addHeader(response, name, value);
  }
  sendText(response, status, failureEnvelope(error), JSON_TYPE);
}

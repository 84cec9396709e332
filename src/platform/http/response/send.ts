import type { ServerResponse } from 'node:http';
import type { DomainError } from '../../../../libs/kernel/domain-error.ts';
import { addHeader, writeHead } from './response-head.ts';
import { failureHeaders } from '../errors/failure-headers.ts';
import { STATUS_OF_KIND } from '../errors/status-of-kind.ts';
import { failureEnvelope } from './envelope.ts';
import { inFlightRequestOf, type Page } from '../request/in-flight-request.ts';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** Above this length a text is better made bytes at once than by the socket; a page by 4 % of its CPU, side by side. */
const LONG_TEXT = 2_048;

/** A text as it is best sent. */
export const bodyOf = (text: string): string | Buffer => (text.length > LONG_TEXT ? Buffer.from(text) : text);

/** Sends a whole text, in one write and with its length. */
export function sendText(response: ServerResponse, status: number, text: string, contentType: string): void {
  sendBytes(response, status, bodyOf(text), contentType);
}

/** Sends that the client has the newest version already (304), which has no body. */
export function sendNotModified(response: ServerResponse): void {
  writeHead(response, 304, []);
  response.end();
}

/** Sends a whole body, in one write and with its length. */
export function sendBytes(response: ServerResponse, status: number, body: string | Buffer, contentType: string): void {
  writeHead(response, status, ['Content-Type', contentType, 'Content-Length', String(Buffer.byteLength(body))]);
  response.end(body);
}

/** It holds no memory for this client: files are the same bytes for all, and pages are small. */
export function sendPage(response: ServerResponse, page: Page): void {
  const inFlight = inFlightRequestOf(response);
  if (inFlight !== undefined) inFlight.ownSecurityHeaders = page.securityHeaders;
  for (const [name, value] of Object.entries(page.headers)) addHeader(response, name, value);
  sendBytes(response, response.statusCode, page.body, page.contentType);
}

/**
 * Sends a failure with the status of its kind and the headers that belong to it: as the failure envelope, or as the page
 * that `setFailurePage` was given.
 */
export function sendFailure(response: ServerResponse, error: DomainError): void {
  const inFlight = inFlightRequestOf(response);
  if (inFlight !== undefined) inFlight.failure = error;
  for (const [name, value] of Object.entries(failureHeaders(error))) addHeader(response, name, value);
  response.statusCode = STATUS_OF_KIND[error.kind];
  if (inFlight?.failurePage !== undefined) sendPage(response, inFlight.failurePage(error, inFlight.id));
  else sendText(response, response.statusCode, failureEnvelope(error), JSON_TYPE);
}

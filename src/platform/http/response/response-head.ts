import type { ServerResponse } from 'node:http';
import { inFlightRequestOf } from '../request/in-flight-request.ts';
import { securityHeaders } from './security-headers.ts';

/** Adds a header to the response, whoever will write it. */
export function addHeader(response: ServerResponse, name: string, value: string): void {
  const inFlight = inFlightRequestOf(response);
  if (inFlight === undefined) response.setHeader(name, value);
  else inFlight.headers.push(name, value);
}

/** Adds a header to the response, in place of the one of that name that was added before. */
export function replaceHeader(response: ServerResponse, name: string, value: string): void {
  const headers = inFlightRequestOf(response)?.headers ?? [];
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at] !== name) continue;
    headers[at + 1] = value;
    return;
  }
  addHeader(response, name, value);
}

/**
 * Writes the head of a response: the headers that all responses have, those that were added, and these.
 * All at once, because Node takes half as long for a list as for `setHeader` with each: 3 µs of CPU less,
 * of 20 for a bare server, side by side.
 *
 * @param headers names and values in turn.
 */
export function writeHead(response: ServerResponse, status: number, headers: readonly string[]): void {
  response.writeHead(status, [...takeHeaders(response), ...headers]);
}

/** For a head that others write (Swagger UI, `cors`): what {@link writeHead} would have written too. */
export function setHeaders(response: ServerResponse): void {
  const headers = takeHeaders(response);
  for (let at = 0; at < headers.length; at += 2) response.setHeader(headers[at] as string, headers[at + 1] as string);
}

/** None, where they were taken before. */
function takeHeaders(response: ServerResponse): string[] {
  const inFlight = inFlightRequestOf(response);
  if (inFlight === undefined || inFlight.headIsWritten) return [];
  inFlight.headIsWritten = true;
  const ofSecurity = inFlight.ownSecurityHeaders ?? securityHeaders(inFlight.request);
  return ['X-Request-Id', inFlight.id, ...ofSecurity, ...inFlight.headers];
}

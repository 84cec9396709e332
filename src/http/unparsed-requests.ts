import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { STATUS_OF_CODE } from './error-code.ts';
import { failureEnvelope } from './envelope.ts';
import { badRequest, methodNotAllowed, requestTimeout, type HttpError } from './http-error.ts';
import { JSON_TYPE, sendFailure } from './send.ts';

const LINGER_MS = 1_000;
const REQUEST_TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT';

const inNoHurry = new WeakSet<Duplex>();

/**
 * Lifts the time limit within which a whole request must have arrived from the one that is being
 * received, and from no other: its reader watches over it instead. The limit of the server cannot
 * be changed for one request, but when it is exceeded Node leaves to us what becomes of the socket.
 *
 * @returns puts the limit back for the requests that follow on this connection.
 */
export function liftRequestTimeout(socket: Duplex): () => void {
  inNoHurry.add(socket);
  return () => void inNoHurry.delete(socket);
}

/** Answers with the failure envelope what never becomes a request, and Node would answer bare. */
export function answerUnparsedRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === REQUEST_TIMEOUT && inNoHurry.has(socket)) return;
    if (error.code === 'ECONNRESET' || !canBeAnswered(socket)) socket.destroy();
    else endWithFailure(socket, refusalOf(error));
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    sendFailure(response, badRequest('expect', 'asks for what this service does not do; only 100-continue is known'));
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    endWithFailure(socket, methodNotAllowed(['GET', 'POST', 'PATCH', 'DELETE']));
  });
}

function refusalOf(error: NodeJS.ErrnoException): HttpError {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return badRequest('headers', 'are larger than 16 KiB');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return badRequest('body', 'has chunk extensions larger than 16 KiB');
    case REQUEST_TIMEOUT:
      return requestTimeout();
    default:
      return badRequest('request', 'is not well-formed HTTP/1.1');
  }
}

/** Not where an answer is on its way already: ours would land in the middle of it. */
function canBeAnswered(socket: Duplex & { _httpMessage?: { _headerSent?: boolean } | null }): boolean {
  return socket.writable && socket._httpMessage?._headerSent !== true;
}

function endWithFailure(socket: Duplex, error: HttpError): void {
  const status = STATUS_OF_CODE[error.code];
  const body = failureEnvelope(error);
  const headers = {
    ...error.headers,
    'Content-Type': JSON_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Request-Id': randomUUID(),
    Connection: 'close',
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy());
  // Time for the client to read the answer; one that never closes its side is not waited for.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`);
}

import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { DomainError } from '../../../../libs/kernel/domain-error.ts';
import { invalidField } from '../../../../libs/kernel/input-error.ts';
import { failureHeaders } from '../errors/failure-headers.ts';
import { failureEnvelope } from '../response/envelope.ts';
import { methodNotAllowed, requestTimeout } from '../errors/http-error.ts';
import { STATUS_OF_KIND } from '../errors/status-of-kind.ts';
import { requestIdOf } from '../request/request-id.ts';
import { SECURITY_HEADERS } from '../response/security-headers.ts';
import { JSON_TYPE, sendFailure } from '../response/send.ts';

const LINGER_MS = 1_000;

/** The setting that a connection was too many for. */
export type ConnectionLimit = 'MAX_CONNECTIONS' | 'MAX_CONNECTIONS_PER_ADDRESS';

/** Told of what never becomes a request. */
export interface UnparsedObserver {
  /** Something was sent that is no request, or too large or slow a one. */
  refused(code: string): void;
  /** A connection was closed at once: there are as many as may be. */
  dropped(limit: ConnectionLimit): void;
}

/** Responds with the failure envelope to what never becomes a request, where Node would send a bare response. */
export function respondToUnparsedRequests(
  server: Server,
  maxHeaderBytes: number,
  onRefused: UnparsedObserver['refused'],
): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    if (isRestOfAnsweredRequest(socket)) {
      endSilently(socket);
      return;
    }
    afterEarlierResponses(socket, () => {
      if (!canRespond(socket)) {
        socket.destroy();
        return;
      }
      const refusal = refusalOf(error, maxHeaderBytes);
      onRefused(refusal.code);
      endWithFailure(socket, refusal);
    });
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('X-Request-Id', requestIdOf(request));
    sendFailure(
      response,
      invalidField('expect', 'has a value that this service does not support; only 100-continue is supported'),
    );
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    const refusal = methodNotAllowed(['GET', 'POST', 'PATCH', 'DELETE']);
    onRefused(refusal.code);
    endWithFailure(socket, refusal);
  });
}

/**
 * Notes that a request has its response, and its body has not arrived: what comes next on the connection is
 * the rest of that body, and gets no response of its own, however malformed it is.
 */
export function noteUnreadBody(request: IncomingMessage): void {
  (request.socket as ServerSocket).unreadRequest = request;
}

const isRestOfAnsweredRequest = ({ unreadRequest }: ServerSocket): boolean => unreadRequest?.complete === false;

/** What was sent already reaches the client. */
function endSilently(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.end();
}

function refusalOf(error: NodeJS.ErrnoException, maxHeaderBytes: number): DomainError {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return invalidField('headers', `are larger than ${maxHeaderBytes} bytes`);
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return invalidField('body', 'has chunk extensions larger than 16 KiB');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return requestTimeout();
    default:
      return invalidField('request', 'is not well-formed HTTP/1.1');
  }
}

/** A connection of Node's server, and the response that is next on it. */
type ServerSocket = Duplex & {
  _httpMessage?: (ServerResponse & { _headerSent?: boolean }) | null;
  /** The last request on this connection that had its response before its body. */
  unreadRequest?: IncomingMessage;
};

/**
 * A client may send requests ahead. Those that came whole before the broken one get their responses
 * first: a refusal that overtook them would be taken for the response to the first of them.
 */
function afterEarlierResponses(socket: ServerSocket, refuse: () => void): void {
  const response = socket._httpMessage;
  if (response?.req.complete !== true) refuse();
  else response.once('close', () => setImmediate(afterEarlierResponses, socket, refuse));
}

/** Not where a response is on its way already: ours would land in the middle of it. */
function canRespond(socket: ServerSocket): boolean {
  return socket.writable && socket._httpMessage?._headerSent !== true;
}

function endWithFailure(socket: Duplex, error: DomainError): void {
  const status = STATUS_OF_KIND[error.kind];
  const body = failureEnvelope(error);
  const headers = {
    ...failureHeaders(error),
    'Content-Type': JSON_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    ...SECURITY_HEADERS,
    'X-Request-Id': randomUUID(),
    Connection: 'close',
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy());
  // Time for the client to read the response; one that never closes its side is not waited for.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`);
}

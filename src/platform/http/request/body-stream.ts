import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import { gunzip } from '../../../../libs/byte-streams/gunzip.ts';
import { Abandoned } from '../../../../libs/kernel/abandoned.ts';
import { invalidField } from '../../../../libs/kernel/input-error.ts';
import { allowStream } from './in-flight-request.ts';
import { requestTimeout } from '../errors/http-error.ts';
import { isCompressed } from './read-body.ts';

const INFLATED_CHUNK_BYTES = 65_536;
/** For which a sender that gets its response too early may go on sending: some read the response only then. */
const LINGER_MS = 5_000;

/**
 * The bytes of a body of any length, decompressed, as they come in and no faster than they are
 * taken: a sender is slowed down by TCP. Memory: a chunk or two, whatever the body inflates to.
 *
 * The request may take any time to arrive as a whole, but never longer than `idleMs` between two
 * pieces while we wait for one.
 *
 * @throws UNSUPPORTED_MEDIA_TYPE at once; the iteration: REQUEST_TIMEOUT, VALIDATION_ERROR for
 *   broken gzip, {@link Abandoned}.
 */
export function bodyStream(request: Request, idleMs: number): AsyncIterable<Buffer> {
  if (request.res !== undefined) allowStream(request.res);
  const bytes = receivedBytes(request, idleMs);
  return isCompressed(request.headers['content-encoding'])
    ? gunzip(bytes, INFLATED_CHUNK_BYTES, () =>
        invalidField('body', 'is not valid gzip, although Content-Encoding says so'),
      )
    : bytes;
}

async function* receivedBytes(request: IncomingMessage, idleMs: number): AsyncGenerator<Buffer, void> {
  // 'error' of an aborted request is always followed by 'close'.
  request.on('error', () => {});
  try {
    for (;;) {
      const chunk = request.read() as Buffer | null;
      if (chunk !== null) yield chunk;
      else if (request.readableEnded) return;
      else await moreOf(request, idleMs);
    }
  } finally {
    if (!request.readableEnded) discardRest(request);
  }
}

/** Resolves when there is something to read, or the end. */
function moreOf(request: IncomingMessage, idleMs: number): Promise<void> {
  if (request.destroyed) return Promise.reject(new Abandoned());
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void): void => {
      clearTimeout(timer);
      request.off('readable', onMore).off('end', onMore).off('close', onGone);
      outcome();
    };
    const onMore = (): void => settle(resolve);
    const onGone = (): void => settle(() => reject(new Abandoned()));
    const timer = setTimeout(() => settle(() => reject(requestTimeout())), idleMs);
    request.on('readable', onMore).on('end', onMore).on('close', onGone);
  });
}

function discardRest(request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS).unref();
  request.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  request.resume();
}

import { Logger } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StreamReply } from './reply.ts';

/** A client that has not read anything for so long has gone, or never will. */
const STALLED_AFTER_MS = 60_000;

const logger = new Logger('Stream');

/**
 * Sends the parts of a body as they are made, no faster than the client reads. What fails on the
 * way breaks the connection off, because a part of an answer must not look like all of it; and a
 * client that goes away ends the making of parts.
 */
export function sendStream(response: ServerResponse, { parts, contentType }: StreamReply): void {
  response.writeHead(200, { 'Content-Type': contentType });
  if (response.req.method === 'HEAD') {
    response.end();
    return;
  }
  response.setTimeout(STALLED_AFTER_MS, () => response.destroy());
  pipeline(Readable.from(parts), response).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') logger.warn({ message: 'an answer was broken off', reason: error.name });
  });
}

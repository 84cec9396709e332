import { Logger } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeHead } from './response-head.ts';
import type { StreamReply } from './reply.ts';

const logger = new Logger('Stream');

/**
 * Sends the parts of a body as they are made, no faster than the client reads. What fails on the
 * way breaks the connection off, because a part of a response must not look like all of it; and a
 * client that goes away ends the making of parts. One that stops reading is cut off by the server's own
 * limit for connections on which nothing moves (IDLE_TIMEOUT_MS).
 */
export function sendStream(response: ServerResponse, { parts, contentType }: StreamReply): void {
  writeHead(response, 200, ['Content-Type', contentType]);
  if (response.req.method === 'HEAD') {
    response.end();
    return;
  }
  pipeline(Readable.from(parts), response).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE')
      logger.warn({ message: 'a response was broken off', reason: error.name });
  });
}

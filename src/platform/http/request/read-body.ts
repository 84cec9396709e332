import type { IncomingMessage, ServerResponse } from 'node:http';
import { createGunzip } from 'node:zlib';
import { parseUtf8 } from '../../../../libs/json-payload/utf8.ts';
import { DomainError } from '../../../../libs/kernel/domain-error.ts';
import { Abandoned } from '../../../../libs/kernel/abandoned.ts';
import { isTurnSpent, nextTurn } from '../../../../libs/kernel/time-slice.ts';
import { invalidField } from '../../../../libs/kernel/input-error.ts';
import { raiseChargeByBody } from './request-charge.ts';
import { inFlightRequestOf, type InFlightRequest } from './in-flight-request.ts';
import { bodyTooLarge, unsupportedMediaType } from '../errors/http-error.ts';

/** `application/json`, or a type built on it (RFC 6839), in UTF-8, the only encoding of JSON (RFC 8259, 8.1). */
const JSON_MEDIA_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.+-]+\+json)\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)"?/i;

/**
 * Reads the JSON text of a request.
 *
 * @param limit bytes, before and after decompression.
 * @returns the text, decoded, not parsed.
 * @throws UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, VALIDATION_ERROR; {@link Abandoned}
 */
export async function readJsonText(request: IncomingMessage, limit: number): Promise<string> {
  requireJson(request.headers['content-type']);
  const compressed = isCompressed(request.headers['content-encoding']);
  const body = new ReadBody(limit, inFlightOf(request));
  try {
    const received = await readBytes(request, body);
    const bytes = compressed ? await decompress(received, body) : received;
    if (bytes.length > LARGE_BYTES && isTurnSpent()) await nextTurn();
    const text = parseUtf8(bytes);
    if (text === null) throw invalidField('body', 'is not valid UTF-8');
    body.reserve(text.length * COPIES_OF_TEXT);
    return text;
  } finally {
    await raiseChargeByBody(request, body.bytes);
  }
}

const inFlightOf = (request: IncomingMessage): InFlightRequest | undefined => {
  const { res } = request as { res?: ServerResponse };
  return res === undefined ? undefined : inFlightRequestOf(res);
};

/** The text itself, what is parsed out of it, and what the database is sent: measured with batches of 8 MiB. */
const COPIES_OF_TEXT = 3;
/** What a piece takes beside its bytes: a body may come byte by byte. */
const PIECE_OVERHEAD_BYTES = 128;

/** What a body has cost so far, refused or not. */
class ReadBody {
  /** Before decompression, or after it, whichever are more. */
  bytes = 0;

  constructor(
    readonly limit: number,
    private readonly inFlight: InFlightRequest | undefined,
  ) {}

  /** @throws SERVICE_UNAVAILABLE, Abandoned */
  reserve(bytes: number): void {
    this.inFlight?.reserve(bytes + PIECE_OVERHEAD_BYTES);
  }
}

function requireJson(contentType: string | undefined): void {
  if (contentType === 'application/json') return;
  if (contentType === undefined || !JSON_MEDIA_TYPE.test(contentType)) {
    throw unsupportedMediaType('The body must be JSON, with Content-Type: application/json');
  }
  requireUtf8(contentType);
}

/** @throws UNSUPPORTED_MEDIA_TYPE where a media type names another charset. */
export function requireUtf8(contentType: string): void {
  const charset = CHARSET.exec(contentType)?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw unsupportedMediaType('The body must be JSON in UTF-8');
  }
}

/** @throws UNSUPPORTED_MEDIA_TYPE for anything but gzip. */
export function isCompressed(contentEncoding: string | undefined): boolean {
  const encoding = contentEncoding?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return false;
  if (encoding === 'gzip' || encoding === 'x-gzip') return true;
  throw unsupportedMediaType('The body may be compressed with gzip only');
}

/** To put so much together, and to decode it, takes a part of a millisecond: more takes turns with others. */
const LARGE_BYTES = 262_144;
const INFLATED_CHUNK_BYTES = 65_536;

const ignore = (): void => {};

/** All bytes of the body, or a refusal as soon as it is clear that there are too many. */
function readBytes(request: IncomingMessage, body: ReadBody): Promise<Buffer> {
  const { limit } = body;
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(bodyTooLarge(limit));
  if (request.destroyed) return Promise.reject(new Abandoned());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer): void => {
      body.bytes += chunk.length;
      try {
        if (body.bytes > limit) throw bodyTooLarge(limit);
        body.reserve(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        // Node reads on and throws the rest away, within the request's time limit, so that the
        // client can read the response.
        request.off('data', onData).resume();
        chunks.length = 0;
        reject(error as Error);
      }
    };
    const onEnd = (): void => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, body.bytes));
    const onClose = (): void => {
      if (!request.readableEnded) reject(new Abandoned());
    };
    // 'error' of an aborted request is always followed by 'close'.
    request.on('error', ignore).on('data', onData).on('end', onEnd).on('close', onClose);
  });
}

/** Piece by piece: what comes out is counted before more does. */
async function decompress(bytes: Buffer, body: ReadBody): Promise<Buffer> {
  const gunzip = createGunzip({ chunkSize: INFLATED_CHUNK_BYTES });
  const chunks: Buffer[] = [];
  let size = 0;
  gunzip.end(bytes);
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      size += chunk.length;
      body.bytes = Math.max(body.bytes, Math.min(size, body.limit));
      if (size > body.limit) throw bodyTooLarge(body.limit);
      body.reserve(chunk.length);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof DomainError || error instanceof Abandoned
      ? error
      : invalidField('body', 'is not valid gzip, although Content-Encoding says so');
  }
  if (size > LARGE_BYTES && isTurnSpent()) await nextTurn();
  return Buffer.concat(chunks, size);
}

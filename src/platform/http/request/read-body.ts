import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parseUtf8 } from '../../../../libs/json-payload/utf8.ts';
import { Abandoned } from '../../../../libs/kernel/abandoned.ts';
import { invalidField } from '../../../../libs/kernel/input-error.ts';
import { MAX_INFLATION, raiseCharge, unitsOfBytes } from './request-charge.ts';
import { bodyTooLarge, unsupportedMediaType } from '../errors/http-error.ts';

const inflate = promisify(gunzip);

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
  const size: BodySize = { bytes: 0 };
  try {
    const bytes = await readBytes(request, limit, size);
    const text = parseUtf8(compressed ? await decompress(bytes, limit, size) : bytes);
    if (text === null) throw invalidField('body', 'is not valid UTF-8');
    return text;
  } finally {
    await raiseCharge(request, unitsOfBytes(size.bytes));
  }
}

/** What reading a body has cost so far, refused or not. */
interface BodySize {
  bytes: number;
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

const ignore = (): void => {};

/** All bytes of the body, or a refusal as soon as it is clear that there are too many. */
function readBytes(request: IncomingMessage, limit: number, read: BodySize): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(bodyTooLarge(limit));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer): void => {
      read.bytes += chunk.length;
      if (read.bytes > limit) {
        // Node reads on and throws the rest away, within the request's time limit, so that the
        // client can read the response.
        request.off('data', onData).resume();
        reject(bodyTooLarge(limit));
        return;
      }
      chunks.push(chunk);
    };
    const onEnd = (): void => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, read.bytes));
    const onClose = (): void => {
      if (!request.readableEnded) reject(new Abandoned());
    };
    // 'error' of an aborted request is always followed by 'close'.
    request.on('error', ignore).on('data', onData).on('end', onEnd).on('close', onClose);
  });
}

async function decompress(bytes: Buffer, limit: number, size: BodySize): Promise<Buffer> {
  try {
    const inflated = await inflate(bytes, { maxOutputLength: limit });
    size.bytes = Math.max(size.bytes, inflated.length);
    return inflated;
  } catch (error) {
    // How far it was inflated is not known: at most so far.
    size.bytes = Math.max(size.bytes, Math.min(limit, bytes.length * MAX_INFLATION));
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw bodyTooLarge(limit);
    throw invalidField('body', 'is not valid gzip, although Content-Encoding says so');
  }
}

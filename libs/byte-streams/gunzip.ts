import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/**
 * The bytes of gzip, decompressed no faster than they are taken. Memory: a chunk or two, whatever they
 * inflate to. Leaving the loop early ends the source; what the source throws is thrown on.
 *
 * @param chunkBytes the size of a decompressed chunk.
 * @param invalidGzip makes the error that is thrown where the bytes are not valid gzip to their end.
 */
export async function* gunzip(
  bytes: AsyncIterable<Buffer>,
  chunkBytes: number,
  invalidGzip: () => Error,
): AsyncGenerator<Buffer, void> {
  const decompressed = createGunzip({ chunkSize: chunkBytes });
  // What goes wrong is thrown by the iteration.
  pipeline(Readable.from(bytes, { objectMode: false }), decompressed, () => {});
  try {
    yield* decompressed as AsyncIterable<Buffer>;
  } catch (error) {
    throw isZlibError(error) ? invalidGzip() : error;
  }
}

const isZlibError = (error: unknown): boolean => /^Z_/.test((error as NodeJS.ErrnoException).code ?? '');

import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { readBeginning } from '../../../libs/byte-streams/beginning.ts';
import { gunzip } from '../../../libs/byte-streams/gunzip.ts';
import { OperatorError } from '../error-message.ts';

export const STANDARD_INPUT = '-';
const READ_BYTES = 262_144;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** What is imported: a file or standard input, plain or compressed with gzip. */
export interface Input {
  readonly path: string;
  /** Decompressed. */
  readonly bytes: AsyncIterable<Buffer>;
  /** Of the file as it lies there; undefined for standard input. */
  readonly size: number | undefined;
  /** How much of `size` has been read. */
  bytesRead(): number;
  /** For one that is not read to its end. */
  close(): void;
}

/** @throws {OperatorError} where there is no such file, or it is one that the import would write. */
export function requireInput(path: string, written: readonly string[]): void {
  if (path === STANDARD_INPUT) return;
  const { device, inode } = fileAt(path);
  for (const other of written) {
    const target = statSync(other, { throwIfNoEntry: false });
    if (target?.dev === device && target.ino === inode)
      throw new OperatorError(`Nothing can be written to ${path}, which is imported`);
  }
}

/** @throws {OperatorError} where there is no such file. */
export function openInput(path: string): Input {
  const file = path === STANDARD_INPUT ? undefined : fileAt(path);
  const source: Readable = file === undefined ? process.stdin : createReadStream(path, { highWaterMark: READ_BYTES });
  let read = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      read += chunk.length;
      yield chunk;
    }
  }
  return {
    path,
    bytes: decompressed(counted()),
    size: file?.size,
    bytesRead: () => read,
    close: () => void source.destroy(),
  };
}

function fileAt(path: string): { size: number; device: number; inode: number } {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new OperatorError(`There is no file "${path}"`);
  if (stats.isDirectory()) throw new OperatorError(`"${path}" is a folder: name a file in it`);
  if (!stats.isFile())
    throw new OperatorError(`"${path}" is no file: to import what comes from a pipe, give - and < "${path}"`);
  return { size: stats.size, device: stats.dev, inode: stats.ino };
}

/** What begins like gzip is gzip, whatever it is called: standard input has no name. */
async function* decompressed(source: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const { beginning, bytes } = await readBeginning(source, (_, length) => length >= GZIP_MAGIC.length);
  if (!beginning.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) {
    yield* bytes;
    return;
  }
  yield* gunzip(bytes, READ_BYTES, () => new OperatorError('The file is damaged: it is not valid gzip to its end'));
}

import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { gunzip } from '../../../libs/byte-streams/gunzip.ts';
import { OperatorError } from '../error-message.ts';
import { requireText } from './file-signature.ts';

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
  /** By which a file that was changed is recognised; undefined for standard input. */
  readonly modifiedMs: number | undefined;
  /** How much of `size` has been read. */
  bytesRead(): number;
  /** For one that is not read to its end. */
  close(): void;
}

/** @throws {OperatorError} where there is no such file, or it is the one that rejected lines would go to. */
export function requireInput(path: string, rejectedPath: string): void {
  if (path === STANDARD_INPUT) return;
  const { device, inode } = fileAt(path);
  const target = statSync(rejectedPath, { throwIfNoEntry: false });
  if (target?.dev === device && target.ino === inode)
    throw new OperatorError(`Rejected lines cannot go to ${path}, which is imported`);
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
    modifiedMs: file?.modifiedMs,
    bytesRead: () => read,
    close: () => void source.destroy(),
  };
}

function fileAt(path: string): { size: number; modifiedMs: number; device: number; inode: number } {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) throw new OperatorError(`There is no file "${path}"`);
  return { size: stats.size, modifiedMs: stats.mtimeMs, device: stats.dev, inode: stats.ino };
}

/** What begins like gzip is gzip, whatever it is called: standard input has no name. */
async function* decompressed(bytes: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await bytes.next();
  if (first.done === true) return;
  const whole = putBack(first.value, bytes);
  if (!first.value.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) {
    yield* looksLikeText(whole);
    return;
  }
  const damaged = (): OperatorError => new OperatorError('The file is damaged: it is not valid gzip to its end');
  yield* looksLikeText(gunzip(whole, READ_BYTES, damaged));
}

async function* looksLikeText(bytes: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of bytes) {
    if (isFirst) requireText(chunk);
    isFirst = false;
    yield chunk;
  }
}

async function* putBack(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

import { createWriteStream, lstatSync, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../error-message.ts';
import { OWNER_ONLY } from '../open-own-file.ts';
import { printableJsonText } from '../printable.ts';

/**
 * Writes a new file that only this account can read, in constant memory. It has its name when it is whole: where it
 * breaks off, there is none.
 *
 * @param lines asked for when the file is there to be written.
 * @throws {OperatorError} where something has that name already, also a symbolic link, or no file can be made.
 */
export async function writeNewFile(path: string, lines: () => Promise<AsyncIterable<string>>): Promise<void> {
  const unfinished = `${path}.unfinished`;
  for (const name of [path, unfinished]) {
    if (lstatSync(name, { throwIfNoEntry: false }) !== undefined)
      throw new OperatorError(`${name} is there already: remove it, or name another file with --output`);
  }
  // `wx` follows no link, and makes the file or fails.
  const file = createWriteStream(unfinished, { flags: 'wx', mode: OWNER_ONLY });
  await opened(file, unfinished);
  try {
    await pipeline(Readable.from(await lines()), file);
    renameSync(unfinished, path);
  } catch (error) {
    file.destroy();
    rmSync(unfinished, { force: true });
    throw error;
  }
}

function opened(file: NodeJS.WritableStream, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    file.once('open', () => resolve());
    file.once('error', ({ code }: NodeJS.ErrnoException) =>
      reject(new OperatorError(`${path} cannot be written (${code}): name another file with --output`)),
    );
  });
}

/** To standard output as it is, in constant memory; to a terminal with control characters escaped. */
export async function writeStdout(lines: AsyncIterable<string>): Promise<void> {
  const shown = process.stdout.isTTY ? printed(lines) : lines;
  try {
    await pipeline(Readable.from(shown), process.stdout, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE')
      throw new OperatorError('Standard output was closed before all was written');
    throw error;
  }
}

async function* printed(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${printableJsonText(line.slice(0, -1))}\n`;
}

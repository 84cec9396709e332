import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Connection, SendLines } from './arguments.ts';
import { CliError } from './cli-error.ts';
import { LineSender } from './line-sender.ts';
import { REJECTED_BEGINNING } from './line-event.ts';
import { numberedLines } from './numbered-lines.ts';
import { FAILED, INTERRUPTED, REFUSED } from './outcome.ts';
import { OwnFile } from './own-file.ts';
import { printable, printableJsonText, tell } from './printable.ts';
import { Progress } from './progress.ts';
import { summaryLines } from './summary.ts';

const STANDARD_INPUT = '-';
const READ_BYTES = 262_144;
/** For what is in flight when it is interrupted. */
const END_WITHIN_MS = 5_000;

/** `send --ndjson FILE`, in constant memory. @returns the exit status. @throws CliError where it cannot begin. */
export async function sendLines(args: SendLines, connection: Connection, json: boolean): Promise<number> {
  const { file, fromLine, timeoutMs } = args;
  const { stream, size } = open(file);
  const name = file === STANDARD_INPUT ? 'stdin' : file;
  const rejected = new OwnFile(args.rejected ?? `${name}.rejected.ndjson`, '--rejected', REJECTED_BEGINNING, false);
  const undelivered = new OwnFile(
    args.undelivered ?? `${name}.undelivered.ndjson`,
    '--undelivered',
    '{"customerExternalId":',
    true,
  );
  const sender = new LineSender(connection, timeoutMs, { rejected, undelivered }, () => void stream.destroy());
  let bytesRead = 0;
  const progress = new Progress(size, () => ({ ...sender.counts, bytesRead }));
  const release = onSignal(sender);
  const startedAt = performance.now();
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      bytesRead += chunk.length;
      yield chunk;
    }
  }
  try {
    for await (const line of numberedLines(counted())) {
      if (line.number < fromLine) continue;
      if (!(await sender.hasRoom())) break;
      sender.send(line);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    sender.stop(`${name} cannot be read further (${code})`);
  } finally {
    await sender.end(END_WITHIN_MS);
    progress.stop();
    release();
  }
  const seconds = Math.round(performance.now() - startedAt) / 1000;
  const summary = { file, ...sender.summary(), seconds };
  const text = json ? printableJsonText(JSON.stringify(summary)) : summaryLines(summary).map(printable).join('\n');
  process.stdout.write(`${text}\n`);
  return summary.finished ? (summary.rejected > 0 ? REFUSED : 0) : FAILED;
}

function open(file: string): { stream: Readable; size: number | undefined } {
  if (file === STANDARD_INPUT) return { stream: process.stdin, size: undefined };
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined || stats.isDirectory()) throw new CliError(`There is no file "${file}"`);
  return {
    stream: createReadStream(file, { highWaterMark: READ_BYTES }),
    size: stats.isFile() ? stats.size : undefined,
  };
}

/** The first signal ends the run after what is in flight, a second one at once. */
function onSignal(sender: LineSender): () => void {
  const stop = (): void => {
    if (sender.isStopped) process.exit(INTERRUPTED);
    tell('stopping: what is in flight has five seconds; a second Ctrl-C ends it at once, and keeps no list of it');
    sender.stop('interrupted');
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return () => void process.off('SIGINT', stop).off('SIGTERM', stop);
}

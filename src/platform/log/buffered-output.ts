/** Where the lines of the log go, each with its line end. */
export interface LogDestination {
  write(line: string): void;
}

export interface Output extends LogDestination {
  flushSync(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What is written together, at most, unless a single line is longer. */
const WRITE_BYTES = 65_536;
/** A line waits so long, at most, for others to be written with. */
const WRITE_EVERY_MS = 100;
/** Of a UTF-16 code unit in UTF-8. */
const MAX_BYTES_PER_CODE_UNIT = 3;

/**
 * Gathers lines, so that ten thousand a second do not mean ten thousand writes, and writes the
 * rest when the process ends (a kill -9 loses the last tenth of a second). They are gathered as
 * bytes: as text, each would live on in the dozens of pieces that it was put together from.
 */
export function bufferedOutput(output: Output): LogDestination {
  const gathered = Buffer.allocUnsafeSlow(WRITE_BYTES);
  let length = 0;
  const write = (): void => {
    if (length === 0) return;
    const lines = gathered.toString('utf8', 0, length);
    length = 0;
    output.write(lines);
  };
  // A full disk below the log file is no reason to stop serving.
  output.on('error', () => {});
  setInterval(write, WRITE_EVERY_MS).unref();
  process.once('exit', () => {
    write();
    output.flushSync();
  });
  return {
    write: (line) => {
      const room = line.length * MAX_BYTES_PER_CODE_UNIT;
      if (length + room > WRITE_BYTES) write();
      if (room > WRITE_BYTES) output.write(line);
      else length += gathered.write(line, length);
    },
  };
}

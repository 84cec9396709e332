import type { LoggerService } from '@nestjs/common';
import { pino, type Level, type Logger } from 'pino';
import { describeError } from './describe-error.ts';
import { bufferedOutput, type LogDestination } from './buffered-output.ts';
import type { LogOrigin } from './log-origin.ts';
import { terminalLine } from './terminal-line.ts';

export interface LogSettings {
  readonly logLevel: Level;
}

/** Beyond this, lines are lost rather than memory: nobody reads our output. */
const MAX_UNWRITTEN_BYTES = 16_777_216;

/** What Nest says of its own start interests who builds the service, not who runs it. */
const FRAMEWORK = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

/**
 * The log: one JSON object per line on stdout, or text on a terminal. Nest's logger too, so that
 * every line has one shape: `level`, `time`, `instance`, `version`, `msg`, `context`, and what belongs to it.
 */
export class ServiceLog implements LoggerService {
  readonly pino: Logger;
  /** As JSON, made once. */
  private readonly origin: string;

  constructor(
    { logLevel }: LogSettings,
    { instance, version }: LogOrigin,
    private readonly destination: LogDestination = standardOutput(),
  ) {
    this.origin = `"instance":"${instance}","version":"${version}"`;
    this.pino = pino(
      {
        level: logLevel,
        base: { instance, version },
        timestamp: timeMember,
        formatters: { level: (label) => ({ level: label }) },
      },
      destination,
    );
  }

  /**
   * A line whose members are JSON already, for those who write thousands in a second.
   *
   * @param level is enabled.
   * @param message needs no escapes.
   */
  line(level: Level, members: string, message: string): void {
    const head = `"level":"${level}"${timeMember()},${this.origin}`;
    this.destination.write(`{${head},${members},"msg":"${message}"}\n`);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(FRAMEWORK.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  /** Nest passes the context as the last of the optional parameters. */
  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const context = rest.at(-1);
    if (typeof message === 'string') this.pino[level]({ context }, message);
    else if (message instanceof Error) this.pino[level]({ context, error: describeError(message) });
    else this.pino[level]({ context, ...(message as object) });
  }
}

/** The instant of a line, made once for each millisecond: pino's way, for each line, takes a fiftieth of a single event. */
function timeMember(): string {
  const millis = Date.now();
  if (millis !== lastMillis) {
    lastMillis = millis;
    lastTime = `,"time":"${new Date(millis).toISOString()}"`;
  }
  return lastTime;
}

let lastMillis = 0;
let lastTime = '';

let output: LogDestination | undefined;

/** One for the process: it holds what is not written yet. */
function standardOutput(): LogDestination {
  output ??= process.stdout.isTTY
    ? { write: (line) => void process.stdout.write(terminalLine(line)) }
    : bufferedOutput(pino.destination({ dest: 1, sync: false, maxLength: MAX_UNWRITTEN_BYTES }));
  return output;
}

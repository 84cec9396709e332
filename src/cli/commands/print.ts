import { Option } from 'commander';
import { printable, printableJson } from '../printable.ts';

export interface Printed {
  readonly json?: boolean | undefined;
}

export const jsonOption = (): Option => new Option('--json', 'print JSON');

/**
 * The result of a command on stdout: lines for people or, with `--json`, one JSON value. Control characters in either
 * are escaped, also where stdout is a pipe: what comes out of it may go to a terminal yet.
 */
export function print(options: Printed, value: unknown, lines: readonly string[]): void {
  const text = options.json === true ? printableJson(value) : lines.map(printable).join('\n');
  process.stdout.write(text === '' ? '' : `${text}\n`);
}

/** What people should know besides the result, on stderr; with `--json` the result says it. */
export function tell(options: Printed, line: string): void {
  if (options.json !== true) process.stderr.write(`${line}\n`);
}

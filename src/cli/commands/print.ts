import { Option } from 'commander';
import { printable, printableJsonText, tell as tellAlways } from '../printable.ts';

export interface Printed {
  readonly json?: boolean | undefined;
}

export const jsonOption = (): Option => new Option('--json', 'print JSON');

/**
 * The result of a command on stdout: lines for people or, with `--json`, one JSON value. Control characters in either
 * are escaped, also where stdout is a pipe: what comes out of it may go to a terminal yet.
 */
export function print(options: Printed, value: unknown, lines: readonly string[]): void {
  printJson(options, JSON.stringify(value), lines);
}

/** The same for JSON that is a text already, with the payload of an event in it. */
export function printJson(options: Printed, json: string, lines: readonly string[]): void {
  const text = options.json === true ? printableJsonText(json) : lines.map(printable).join('\n');
  process.stdout.write(text === '' ? '' : `${text}\n`);
}

/** What people should know besides the result, on stderr; with `--json` the result says it. */
export function tell(options: Printed, line: string): void {
  if (options.json !== true) tellAlways(line);
}

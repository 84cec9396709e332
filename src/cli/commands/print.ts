import { Option } from 'commander';

export interface Printed {
  readonly json?: boolean | undefined;
}

export const jsonOption = (): Option => new Option('--json', 'print JSON');

/** The result of a command on stdout: lines for people or, with `--json`, one JSON value. */
export function print(options: Printed, value: unknown, lines: readonly string[]): void {
  const text = options.json === true ? JSON.stringify(value) : lines.join('\n');
  process.stdout.write(text === '' ? '' : `${text}\n`);
}

/** What people should know besides the result, on stderr; with `--json` the result says it. */
export function tell(options: Printed, line: string): void {
  if (options.json !== true) process.stderr.write(`${line}\n`);
}

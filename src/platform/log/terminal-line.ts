import { inspect } from 'node:util';
import type { LogOrigin } from './log-origin.ts';

const COLOURS: Readonly<Record<string, string>> = {
  error: '\x1b[31m',
  fatal: '\x1b[31m',
  warn: '\x1b[33m',
  info: '\x1b[32m',
};
const GREY = '\x1b[90m';
const RESET = '\x1b[0m';

/** Anything that could move a terminal's cursor, or begin a line of its own. */
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** A terminal shows one process: which one it is need not stand in each line. */
const ORIGIN: ReadonlySet<string> = new Set(['instance', 'version'] satisfies (keyof LogOrigin)[]);

/** One line of the log as people read it: the time of day, the level, the message, the other members. */
export function terminalLine(json: string): string {
  const { level, time, msg = '', context, ...members } = JSON.parse(json) as Record<string, unknown>;
  const head = `${GREY}${String(time).slice(11, 23)}${RESET} ${COLOURS[String(level)] ?? ''}${String(level).padEnd(5)}${RESET}`;
  const from = context === undefined ? '' : ` ${GREY}[${String(context)}]${RESET}`;
  const shownMembers = Object.entries(members).filter(([name]) => !ORIGIN.has(name));
  const rest = shownMembers.map(([name, value]) => `${GREY}${name}=${RESET}${shown(value)}`);
  return `${head}${from} ${[printable(String(msg)), ...rest].join(' ')}\n`;
}

const shown = (value: unknown): string =>
  printable(typeof value === 'string' ? value : inspect(value, { breakLength: Infinity, depth: 5 }));

const printable = (text: string): string => text.replace(CONTROL, '\u00b7');

import { InvalidArgumentError, Option } from 'commander';
import { formatRateWindows, parseRateWindows, type RateWindow } from '../../../libs/kernel/rate-window.ts';

/** Windows of an app or key; null: those that hold for all. */
export type Limits = readonly RateWindow[] | null;

/** What an option was given. In an object, because commander takes a null for an empty text. */
export interface Given<T> {
  readonly value: T;
}

/** An option such as `1000/1,20000/60`; `none` is no limit, `default` what holds where nothing is set. Gives {@link Given}. */
export const rateLimitOption = (flag: string, description: string): Option =>
  new Option(`${flag} <limits>`, `${description}: how many/seconds, such as 1000/1,20000/60; none; default`).argParser(
    (text): Given<Limits> => ({ value: limitsOf(text) }),
  );

function limitsOf(text: string): Limits {
  if (text === 'default') return null;
  if (text === 'none') return [];
  const windows = parseRateWindows(text);
  if (windows === null) throw new InvalidArgumentError('expected how many/seconds, such as 1000/1,20000/60, or none');
  return windows;
}

interface Limited {
  readonly eventLimits: Limits;
  readonly readLimits: Limits;
}

/** The limits that are set, as the option reads them. */
export function describeLimits({ eventLimits, readLimits }: Limited): { eventLimits?: string; readLimits?: string } {
  return {
    ...(eventLimits === null ? {} : { eventLimits: describe(eventLimits) }),
    ...(readLimits === null ? {} : { readLimits: describe(readLimits) }),
  };
}

/** The same, as a part of a line. */
export const limitsText = (limits: ReturnType<typeof describeLimits>): string =>
  [
    limits.eventLimits === undefined ? '' : `  events ${limits.eventLimits}`,
    limits.readLimits === undefined ? '' : `  reads ${limits.readLimits}`,
  ].join('');

const describe = (windows: readonly RateWindow[]): string =>
  windows.length === 0 ? 'none' : formatRateWindows(windows);

import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../../../libs/time/duration.ts';
import { millisOfInstant, parseInstant } from '../../../libs/time/instant.ts';
import type { Given } from './rate-limit-option.ts';

const NO_GRACE = 'PT0S';
const MAX_GRACE_SECONDS = 30 * 86_400;

/** Reads a date or an instant, in milliseconds since the Unix epoch, or `never`: null. */
export function expiryOf(text: string): Given<number | null> {
  if (text === 'never') return { value: null };
  const instant = parseInstant(text);
  if (instant === null) throw new InvalidArgumentError('expected a date or an instant, such as 2027-01-01, or never');
  return { value: millisOfInstant(instant) };
}

/** Reads a grace period: milliseconds. */
export function graceOf(text: string): number {
  const seconds = text === NO_GRACE ? 0 : parseDuration(text);
  if (seconds !== null && seconds <= MAX_GRACE_SECONDS) return seconds * 1_000;
  throw new InvalidArgumentError('expected an ISO 8601 duration from PT0S to P30D, such as PT24H');
}

import { InvalidArgumentError } from 'commander';
import { millisOfInstant, parseInstant } from '../../../libs/time/instant.ts';

/** The value of an option that is a date or an instant, in milliseconds since the Unix epoch. */
export function millisOf(text: string): number {
  const instant = parseInstant(text);
  if (instant === null) throw new InvalidArgumentError('expected a date or an instant, such as 2027-01-01');
  return millisOfInstant(instant);
}

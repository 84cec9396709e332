import type { Instant } from '../customer-events/domain/instant.ts';
import { parseInstant } from '../customer-events/domain/instant.ts';

/**
 * SQL that reads a `timestamptz` as text with all its microseconds, whatever the session's time
 * zone and date style; a JavaScript Date would cut them to milliseconds.
 */
export const utcText = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The instant that {@link utcText} read. */
export function instantOfUtcText(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === null) throw new Error('the database returned an instant outside the years 0001-9999');
  return instant;
}

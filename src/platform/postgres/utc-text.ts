import type { Instant } from '../../../libs/time/instant.ts';
import { parseInstant } from '../../../libs/time/instant.ts';

/**
 * SQL that reads a `timestamptz` as text with all its microseconds, whatever the session's time
 * zone and date style; a JavaScript Date would cut them to milliseconds. As JSON, which is ISO 8601
 * (https://www.postgresql.org/docs/current/functions-json.html) and takes half the time of `to_char`.
 */
export const utcText = (column: string): string => `to_json(${column} AT TIME ZONE 'UTC')::text`;

/** The instant that {@link utcText} read. */
export function instantOfUtcText(text: string): Instant {
  // A JSON string: in quotes. Without an offset it is UTC.
  const instant = parseInstant(text.slice(1, -1));
  if (instant === null) throw new Error('the database returned an instant outside the years 0001-9999');
  return instant;
}

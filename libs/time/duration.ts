const FORM = /^P(?:(\d{1,6})W|(?=\d|T\d)(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?)$/;

const SECONDS_OF_WEEK = 604_800;
const SECONDS_OF_DAY = 86_400;
const SECONDS_OF_HOUR = 3_600;
const SECONDS_OF_MINUTE = 60;

/** What {@link parseDuration} accepts, in words that follow "must be". */
export const DURATION_FORMS =
  'an ISO 8601 duration in weeks, or in days, hours, minutes and seconds, longer than nothing, for example P7D, P2W or PT12H';

/**
 * The seconds of an ISO 8601 duration, or null for any other text; {@link DURATION_FORMS} says what
 * is accepted. Years and months are not: they have no length of their own. A day has 24 hours.
 */
export function parseDuration(text: string): number | null {
  const match = FORM.exec(text);
  if (match === null) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((digits) => Number(digits ?? 0));
  const total =
    weeks * SECONDS_OF_WEEK + days * SECONDS_OF_DAY + hours * SECONDS_OF_HOUR + minutes * SECONDS_OF_MINUTE + seconds;
  return total > 0 ? total : null;
}

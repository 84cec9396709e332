import { InvalidArgumentError, Option } from 'commander';
import { isRetentionPattern, parseKeep } from '../../../libs/retention/retention-rules.ts';
import { CALENDAR_PERIOD_FORMS, parseCalendarPeriod, type CalendarPeriod } from '../../../libs/time/calendar-period.ts';
import type { Given } from './rate-limit-option.ts';

/** Null: for ever; undefined: as long as the next wider rule says. */
export type Keep = CalendarPeriod | null | undefined;

export const typeOption = (): Option =>
  new Option(
    '--type <pattern>',
    "of which types: a type, a prefix such as 'page.*', or '*'; the longest match holds",
  ).argParser((text): string => {
    if (isRetentionPattern(text)) return text;
    throw new InvalidArgumentError(
      `expected a type of 1 to 100 of a-z, 0-9, "_" and ".", a prefix such as page.*, or *${meantBy(resembledPattern(text))}`,
    );
  });

/** Gives {@link Given} of a {@link Keep}. */
export const keepOption = (): Option =>
  new Option(
    '--keep <period>',
    'how long: such as P90D, P12W, P6M or P2Y; forever; default (what the next wider rule says)',
  ).argParser((text): Given<Keep> => {
    if (text === 'default') return { value: undefined };
    const keep = parseKeep(text);
    if (keep !== undefined) return { value: keep };
    throw new InvalidArgumentError(
      `expected ${CALENDAR_PERIOD_FORMS}; forever; or default${meantBy(resembledPeriod(text))}`,
    );
  });

const meantBy = (resembled: string | undefined): string =>
  resembled === undefined ? '' : `; did you mean ${resembled}?`;

function resembledPattern(text: string): string | undefined {
  const plain = text.trim().toLowerCase();
  return [plain === 'all' ? '*' : plain, plain.replace(/[.*]*$/, '.*')].find(isRetentionPattern);
}

/** `90d`, `90 days`, `P90` and `P1Y6M` are near to what is accepted. */
function resembledPeriod(text: string): string | undefined {
  const plain = text.toUpperCase().replace(/[^A-Z0-9]/g, '');
  if (['FOREVER', 'EVER', 'NEVER', 'ALWAYS'].includes(plain)) return 'forever';
  const [, years, months] = /^P(\d{1,3})Y(\d{1,4})M$/.exec(plain) ?? [];
  if (years !== undefined) return valid(`P${Number(years) * 12 + Number(months)}M`);
  const [, number, unit = 'D'] = /^P?0*(\d{1,5})(D|DAYS?|W|WEEKS?|M|MONTHS?|Y|YEARS?)?$/.exec(plain) ?? [];
  return number === undefined ? undefined : valid(`P${number}${unit.charAt(0)}`);
}

const valid = (period: string): string | undefined => parseCalendarPeriod(period)?.text;

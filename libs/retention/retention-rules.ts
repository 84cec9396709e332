import { parseCalendarPeriod, type CalendarPeriod } from '../time/calendar-period.ts';

/** How long what has a type is kept. */
export interface RetentionRule {
  /** A type such as `order.placed`, a prefix such as `order.*`, or `*` for all types. */
  readonly pattern: string;
  /** The pattern without its `*`. */
  readonly text: string;
  readonly isPrefix: boolean;
  /** Null: for ever. */
  readonly keep: CalendarPeriod | null;
}

/** In the order in which they are asked: of the rules that match a type, the first holds, which is the longest. */
export type RetentionRules = readonly RetentionRule[];

export const KEEP_ALL: RetentionRules = [];

/** What is asked of each event that comes in, and of each entry of the index that a purge looks at. */
export const MAX_RETENTION_RULES = 100;

const PATTERN = /^(?:[a-z0-9_.]{1,100}|[a-z0-9_.]{0,99}\.\*|\*)$/;
const FOR_EVER = 'forever';

export const isRetentionPattern = (pattern: string): boolean => PATTERN.test(pattern);

export const formatKeep = (keep: CalendarPeriod | null): string => keep?.text ?? FOR_EVER;

/** Reads what {@link formatKeep} writes. Undefined: it looks otherwise. */
export function parseKeep(text: string): CalendarPeriod | null | undefined {
  return text === FOR_EVER ? null : (parseCalendarPeriod(text) ?? undefined);
}

/** Reads `page.view=forever,page.*=P90D`; an empty text: no rules. Null: it looks otherwise. */
export function parseRetentionRules(text: string): RetentionRules | null {
  if (text === '') return KEEP_ALL;
  const rules = text.split(',').map((rule) => {
    const [pattern = '', period = '', ...more] = rule.split('=');
    const keep = parseKeep(period);
    return keep === undefined || more.length > 0 || !isRetentionPattern(pattern) ? null : retentionRule(pattern, keep);
  });
  return rules.every((rule) => rule !== null) ? rules.toSorted(longestFirst) : null;
}

/** The text that {@link parseRetentionRules} reads; the same for the same rules. */
export const formatRetentionRules = (rules: RetentionRules): string =>
  rules.map(({ pattern, keep }) => `${pattern}=${formatKeep(keep)}`).join(',');

/** The rule that holds for a type; undefined: none does, and what has the type is kept for ever. */
export const ruleOfType = (rules: RetentionRules, type: string): RetentionRule | undefined =>
  rules.find(({ text, isPrefix }) => (isPrefix ? type.startsWith(text) : type === text));

/** The rules with that of one pattern set; undefined: without it. */
export function withRule(rules: RetentionRules, pattern: string, keep: CalendarPeriod | null | undefined) {
  const others = rules.filter((rule) => rule.pattern !== pattern);
  return keep === undefined ? others : [...others, retentionRule(pattern, keep)].toSorted(longestFirst);
}

/** How long what matches a pattern is kept where the pattern has no rule of its own; undefined: for ever, no rule says it. */
export function keptWithoutRule(rules: RetentionRules, pattern: string): CalendarPeriod | null | undefined {
  const { text } = retentionRule(pattern, null);
  const wider = rules.find((rule) => rule.pattern !== pattern && rule.isPrefix && text.startsWith(rule.text));
  return wider?.keep;
}

function retentionRule(pattern: string, keep: CalendarPeriod | null): RetentionRule {
  const isPrefix = pattern.endsWith('*');
  return { pattern, text: isPrefix ? pattern.slice(0, -1) : pattern, isPrefix, keep };
}

/** `page.` alone is a type, too, and its own rule holds before that of `page.*`. */
function longestFirst(a: RetentionRule, b: RetentionRule): number {
  return b.text.length - a.text.length || Number(a.isPrefix) - Number(b.isPrefix) || (a.text < b.text ? -1 : 1);
}

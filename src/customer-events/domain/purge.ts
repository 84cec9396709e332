import {
  formatRetentionRules,
  parseRetentionRules,
  type RetentionRule,
  type RetentionRules,
} from '../../../libs/retention/retention-rules.ts';
import { periodBefore } from '../../../libs/time/calendar-period.ts';
import { instantFromMillis, type Instant } from '../../../libs/time/instant.ts';
import type { CustomerPosition } from './customer-position.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * An event is refused as soon as it is past its retention, and deleted this much later: nothing that one instance has
 * deleted is taken in by another one whose clock is behind.
 */
export const PURGE_DELAY_MS = HOUR_MS;

/** Retention is counted in days, so that a walk through all customers once a day is often enough. */
const RUN_EVERY_MS = DAY_MS;

/**
 * A run goes on where the last one ended: nothing older can have come since, because it was refused. Whole histories are
 * looked through nevertheless once a week: for what came in beside the rules, such as by an import that had begun
 * before they were set.
 */
const WHOLE_EVERY_MS = 7 * DAY_MS;

/** One walk through the customers of an app, which deletes what is past its retention. */
export interface PurgeRun {
  readonly appId: string;
  /** The rules by which it deletes, as `formatRetentionRules` writes them. */
  readonly rules: string;
  /** Times in milliseconds since the Unix epoch. By this time the run decides what is past its retention. */
  readonly startedAt: number;
  /** The time by which an earlier run with the same rules has decided; null: whole histories are looked through. */
  readonly since: number | null;
  /** The last customer that was dealt with; null: none yet. */
  readonly after: CustomerPosition | null;
  /** Events, so far. */
  readonly deleted: number;
  /** Null: it has not come to its end. */
  readonly finishedAt: number | null;
  /** When the last run began that has looked through whole histories with these rules; null: none has. */
  readonly wholeAt: number | null;
}

/**
 * The run of an app that is to be done now: a new one, or the one that has not come to its end.
 *
 * @returns null where nothing is to be done yet.
 */
export function dueRun(present: PurgeRun | null, appId: string, rules: RetentionRules, now: number): PurgeRun | null {
  const text = formatRetentionRules(rules);
  const isSame = present?.rules === text;
  if (isSame && present.finishedAt === null) return present;
  if (isSame && now - present.startedAt < RUN_EVERY_MS) return null;
  const wholeAt = isSame ? present.wholeAt : null;
  const since = isSame && wholeAt !== null && now - wholeAt < WHOLE_EVERY_MS ? present.startedAt : null;
  return { appId, rules: text, startedAt: now, since, after: null, deleted: 0, finishedAt: null, wholeAt };
}

export const finishedRun = (run: PurgeRun, now: number): PurgeRun => ({
  ...run,
  after: null,
  finishedAt: now,
  wholeAt: run.since === null ? run.startedAt : run.wholeAt,
});

/** For how long a run has not come to its end, or its next one has not begun, in milliseconds. */
export const behindMs = ({ startedAt, finishedAt }: PurgeRun, now: number): number =>
  Math.max(0, now - startedAt - (finishedAt === null ? 0 : RUN_EVERY_MS));

/** Events of a customer that are looked at: those of a time. Of these the ones are meant whose type has such a rule. */
export interface PurgeWindow {
  /** Inclusive; null: from the first on. */
  readonly from: Instant | null;
  /** Exclusive. */
  readonly before: Instant;
  /** In their order: the first that matches a type says whether its events are meant. No rule: they are not. */
  readonly rules: readonly (Pick<RetentionRule, 'text' | 'isPrefix'> & { readonly isMeant: boolean })[];
}

/** What a run looks at: a window for each period of its rules. */
export function windowsOf({ rules: text, startedAt, since }: PurgeRun): PurgeWindow[] {
  const rules = parseRetentionRules(text) ?? [];
  const periods = new Map(rules.flatMap(({ keep }) => (keep === null ? [] : [[keep.text, keep] as const])));
  return [...periods.values()].map((keep) => ({
    from: since === null ? null : instantFromMillis(periodBefore(keep, since - PURGE_DELAY_MS)),
    before: instantFromMillis(periodBefore(keep, startedAt - PURGE_DELAY_MS)),
    rules: meant(rules, (rule) => rule.keep?.text === keep.text),
  }));
}

/** What is past its retention by the rule of one pattern now; null: it is kept for ever. */
export function windowOfPattern(rules: RetentionRules, pattern: string, now: number): PurgeWindow | null {
  const keep = rules.find((rule) => rule.pattern === pattern)?.keep ?? null;
  if (keep === null) return null;
  const before = instantFromMillis(periodBefore(keep, now));
  return { from: null, before, rules: meant(rules, (rule) => rule.pattern === pattern) };
}

const meant = (rules: RetentionRules, isMeant: (rule: RetentionRule) => boolean): PurgeWindow['rules'] =>
  rules.map((rule) => ({ text: rule.text, isPrefix: rule.isPrefix, isMeant: isMeant(rule) }));

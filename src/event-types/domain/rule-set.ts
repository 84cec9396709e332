import { createHash } from 'node:crypto';
import { patternsOf } from './compiled-rules.ts';
import type { DisplayRule } from './display-rule.ts';

/** Rules that one app may have. */
export const MAX_RULES = 5_000;
/** Bytes of all rules of an app, as {@link ruleBytes} counts them: as many as they can be sent in at once. */
export const MAX_RULES_BYTES = 1_048_576;

/** All rules of an app, in the order of their patterns. */
export interface RuleSet {
  /** Changes with every change of a rule; null: none was ever made. */
  readonly version: string | null;
  /** By pattern: a type, the beginning of types such as `order.*`, or `*`. */
  readonly rules: ReadonlyMap<string, DisplayRule>;
}

/** By code units, which for patterns is how PostgreSQL orders them by the collation "C". */
export const inOrder = (rules: ReadonlyMap<string, DisplayRule>): ReadonlyMap<string, DisplayRule> =>
  new Map([...rules].sort(([a], [b]) => (a < b ? -1 : 1)));

/** The fields that are given, always in the same order: two rules that say the same have one text. */
export function ruleText({
  title,
  severity,
  icon,
  url,
  quiet,
  hidden,
  fields,
  mask,
  description,
}: DisplayRule): string {
  const lines = fields?.map(({ label, path, as }) => ({ label, path, as }));
  return JSON.stringify({ title, severity, icon, url, quiet, hidden, fields: lines, mask, description } satisfies {
    [Field in keyof Required<DisplayRule>]: unknown;
  });
}

export const isSameRule = (a: DisplayRule, b: DisplayRule): boolean => ruleText(a) === ruleText(b);

/** What a rule takes of {@link MAX_RULES_BYTES}. */
export const ruleBytes = (pattern: string, rule: DisplayRule): number =>
  Buffer.byteLength(pattern) + Buffer.byteLength(ruleText(rule));

export const bytesOfRules = (rules: ReadonlyMap<string, DisplayRule>): number =>
  [...rules].reduce((sum, [pattern, rule]) => sum + ruleBytes(pattern, rule), 0);

/** Names the content of a rule: 128 bits of its SHA-256, as 32 hexadecimal digits. */
export const ruleTag = (rule: DisplayRule): string =>
  createHash('sha256').update(ruleText(rule)).digest('hex').slice(0, 32);

/** Names the state of all rules of an app: none of them is the empty string. */
export const setTag = ({ version }: Pick<RuleSet, 'version'>): string => version ?? 'none';

/** The patterns that hold for a type, the most exact first: itself, `a.b.*`, `a.*`, `*`. */
export function matchingRules(rules: ReadonlyMap<string, DisplayRule>, type: string): Map<string, DisplayRule> {
  const matching = new Map<string, DisplayRule>();
  for (const pattern of patternsOf(type)) {
    const rule = rules.get(pattern);
    if (rule !== undefined) matching.set(pattern, rule);
  }
  return matching;
}

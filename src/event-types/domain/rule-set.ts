import { createHash } from 'node:crypto';
import type { DisplayRule } from './display-rule.ts';

/** Rules that one app may have. */
export const MAX_RULES = 5_000;
/** Bytes of all rules of an app, as {@link ruleBytes} counts them: as many as they can be sent in at once. */
export const MAX_RULES_BYTES = 1_048_576;

/** Rules by pattern: a type, the beginning of types such as `order.*`, or `*`. */
export type Rules = ReadonlyMap<string, DisplayRule>;

/**
 * The same, each rule as its {@link ruleText}. There may be thousands, and few are looked into: to parse them all, or to write
 * them all, keeps everybody else waiting for as long as a hundred events take.
 */
export type RuleTexts = ReadonlyMap<string, string>;

/** All rules of an app, in the order of their patterns. */
export interface RuleSet {
  /** Changes with every change of a rule; null: none was ever made. */
  readonly version: string | null;
  readonly texts: RuleTexts;
}

/** By code units, which for patterns is how PostgreSQL orders them by the collation "C". */
export const inOrder = <T>(rules: ReadonlyMap<string, T>): Map<string, T> =>
  new Map([...rules].sort(([a], [b]) => (a < b ? -1 : 1)));

/** @param text null: the rule for the pattern goes. */
export function withText(texts: RuleTexts, pattern: string, text: string | null): RuleTexts {
  const changed = new Map(texts);
  if (text === null) changed.delete(pattern);
  else changed.set(pattern, text);
  return changed.size > texts.size ? inOrder(changed) : changed;
}

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

/** A rule of its {@link ruleText}. */
export const ruleOfText = (text: string): DisplayRule => JSON.parse(text) as DisplayRule;

export const textsOf = (rules: Rules): RuleTexts =>
  new Map([...rules].map(([pattern, rule]) => [pattern, ruleText(rule)]));

export const rulesOf = (texts: RuleTexts): Rules =>
  new Map([...texts].map(([pattern, text]) => [pattern, ruleOfText(text)]));

/** What a rule takes of {@link MAX_RULES_BYTES}. */
export const ruleBytes = (pattern: string, text: string): number =>
  Buffer.byteLength(pattern) + Buffer.byteLength(text);

export function bytesOfRules(texts: RuleTexts): number {
  let bytes = 0;
  for (const [pattern, text] of texts) bytes += ruleBytes(pattern, text);
  return bytes;
}

/** Which of several rules differ, by their patterns. */
export interface RuleDifferences {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export const differencesOf = (before: RuleTexts, after: RuleTexts): RuleDifferences => ({
  added: [...after.keys()].filter((pattern) => !before.has(pattern)),
  changed: [...after.keys()].filter((pattern) => before.has(pattern) && before.get(pattern) !== after.get(pattern)),
  removed: [...before.keys()].filter((pattern) => !after.has(pattern)),
});

export const countDifferences = ({ added, changed, removed }: RuleDifferences): number =>
  added.length + changed.length + removed.length;

/** Names the content of a rule: 128 bits of its SHA-256, as 32 hexadecimal digits. */
export const ruleTag = (rule: DisplayRule): string =>
  createHash('sha256').update(ruleText(rule)).digest('hex').slice(0, 32);

/** Names the state of all rules of an app: none of them is the empty string. */
export const setTag = ({ version }: Pick<RuleSet, 'version'>): string => version ?? 'none';

/** The patterns that a type matches, the most exact one first. */
export function patternsOf(type: string): string[] {
  const patterns = [type];
  for (let dot = type.lastIndexOf('.'); dot >= 0; dot = dot === 0 ? -1 : type.lastIndexOf('.', dot - 1)) {
    patterns.push(`${type.slice(0, dot)}.*`);
  }
  return [...patterns, '*'];
}

/** Those of the rules that hold for a type, the most exact first. */
export function matchingTexts(texts: RuleTexts, type: string): Map<string, string> {
  const matching = new Map<string, string>();
  for (const pattern of patternsOf(type)) {
    const text = texts.get(pattern);
    if (text !== undefined) matching.set(pattern, text);
  }
  return matching;
}

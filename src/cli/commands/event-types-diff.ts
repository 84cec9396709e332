import type { DisplayRule } from '../../event-types/domain/display-rule.ts';
import {
  differencesOf,
  ruleText,
  textsOf,
  type RuleDifferences,
  type Rules,
} from '../../event-types/domain/rule-set.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Which of the rules differ, whatever the order of their fields. */
export const differencesOfRules = (before: Rules, after: Rules): RuleDifferences =>
  differencesOf(textsOf(before), textsOf(after));

/** What differs, by pattern and field: `+` is new, `-` goes, `~` changes. */
export function diffLines(before: Rules, after: Rules): string[] {
  const { added, changed, removed } = differencesOfRules(before, after);
  const sign = new Map([...entries(added, '+'), ...entries(changed, '~'), ...entries(removed, '-')]);
  return [...sign.keys()]
    .sort()
    .flatMap((pattern) => [
      `${sign.get(pattern)} ${pattern}`,
      ...fieldLines(fieldsOf(before.get(pattern)), fieldsOf(after.get(pattern))),
    ]);
}

/** In one line: `2 added, 1 changed, 0 removed`. */
export const differencesText = ({ added, changed, removed }: RuleDifferences): string =>
  `${added.length} added, ${changed.length} changed, ${removed.length} removed`;

const entries = (patterns: readonly string[], sign: string): [string, string][] =>
  patterns.map((pattern) => [pattern, sign]);

const fieldsOf = (rule: DisplayRule | undefined): Fields =>
  rule === undefined ? {} : (JSON.parse(ruleText(rule)) as Fields);

function fieldLines(before: Fields, after: Fields): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [old, now] = [before[name], after[name]].map((value) => JSON.stringify(value) as string | undefined);
    if (old === now) return [];
    if (old === undefined) return [`  + ${name}: ${now}`];
    return [now === undefined ? `  - ${name}: ${old}` : `  ~ ${name}: ${old} -> ${now}`];
  });
}

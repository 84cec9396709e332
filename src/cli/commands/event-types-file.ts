import { readFileSync, statSync } from 'node:fs';
import { boolCoreTag, dump, FAILSAFE_SCHEMA, loadAll, nullCoreTag } from 'js-yaml';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import type { DisplayRule } from '../../event-types/domain/display-rule.ts';
import { inOrder, MAX_RULES, MAX_RULES_BYTES, ruleText } from '../../event-types/domain/rule-set.ts';
import { readDisplayRule, requireRulePattern } from '../../event-types/input/display-rule.ts';
import { OperatorError } from '../error-message.ts';

/** Beside the rules there may be comments and white space. */
const MAX_FILE_BYTES = 4 * MAX_RULES_BYTES;
const MAX_FAULTS_TOLD = 20;
/** Without numbers: `1.0` is a type, and `title: 99.90` a text with both its digits. */
const SCHEMA = FAILSAFE_SCHEMA.withTags([boolCoreTag, nullCoreTag]);

/** Rules as YAML: pattern → rule, by pattern, with the fields always in the same order. The same rules are the same bytes. */
export function rulesText(rules: ReadonlyMap<string, DisplayRule>): string {
  const plain = [...inOrder(rules)].map(([pattern, rule]) => [pattern, JSON.parse(ruleText(rule)) as object]);
  return dump(Object.fromEntries(plain), { lineWidth: -1, noRefs: true });
}

/**
 * Reads such a file. That an app is to have no rules is said by `{}`: an empty file may be one whose rest was lost.
 *
 * @throws {OperatorError} with the file, pattern and field of each fault, or the line and column where it is no YAML.
 */
export function readRulesFile(path: string): Map<string, DisplayRule> {
  const content = parsed(path, textOf(path));
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new OperatorError(
      `${path}: must be a mapping of event types to rules, such as "order.placed:" and its fields`,
    );
  const entries = Object.entries(content);
  if (entries.length > MAX_RULES)
    throw new OperatorError(`${path}: has ${entries.length} rules, and may have at most ${MAX_RULES}`);
  const faults: string[] = [];
  const rules = new Map<string, DisplayRule>();
  for (const [pattern, value] of entries) {
    // A pattern without fields says nothing, which is a rule too.
    const rule = faultless(faults, `${path}: ${pattern}`, () => {
      requireRulePattern(pattern);
      return readDisplayRule(value ?? {});
    });
    if (rule !== undefined) rules.set(pattern, rule);
  }
  if (faults.length > 0) throw new OperatorError(faults.slice(0, MAX_FAULTS_TOLD).join('\n'));
  return rules;
}

function faultless<T>(faults: string[], place: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    for (const [field, problems] of Object.entries(error.details ?? {}) as [string, string[]][])
      faults.push(`${place}${field === 'type' || field === 'rule' ? '' : `.${field}`}: ${problems.join('; ')}`);
    return undefined;
  }
}

function textOf(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES)
      throw new OperatorError(`${path}: has ${size} bytes, and may have at most ${MAX_FILE_BYTES}`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code}): name a file that is there`,
    );
  }
}

function parsed(path: string, text: string): unknown {
  try {
    const documents = loadAll(text, { schema: SCHEMA });
    if (documents.length !== 1 || documents[0] === null)
      throw new OperatorError(`${path}: must have one document; {} removes all rules`);
    return documents[0];
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    // Its first line says what is wrong and, in brackets, at which line and column.
    throw new OperatorError(`${path} is not YAML: ${(error as Error).message.split('\n')[0] ?? ''}`);
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/kernel/clock.ts';
import { fieldTooLarge, invalidField } from '../../../libs/kernel/input-error.ts';
import { requirePreconditions, type Preconditions } from '../../../libs/kernel/preconditions.ts';
import { auditEntry, type Actor, type AuditEntry } from '../../platform/audit/audit-entry.ts';
import { compileRules, type CompiledRules } from '../domain/compiled-rules.ts';
import type { DisplayRule } from '../domain/display-rule.ts';
import { eventTypeRuleNotFound } from '../domain/event-types-error.ts';
import {
  bytesOfRules,
  inOrder,
  isSameRule,
  MAX_RULES,
  MAX_RULES_BYTES,
  ruleBytes,
  ruleTag,
  setTag,
  type RuleSet,
} from '../domain/rule-set.ts';
import { DisplayRuleStore, type PresentRule } from './display-rule-store.port.ts';
import { DisplayRules } from './display-rules.ts';
import { TypesSeenStore, type TypeSeen } from './types-seen-store.port.ts';

/** The subject of the audit entry where all rules were replaced. */
const ALL = '*all';

/** A rule, and the version of it that a change may ask for. */
export interface VersionedRule {
  readonly pattern: string;
  readonly rule: DisplayRule;
  readonly version: string;
}

export interface EventTypesPage {
  readonly types: readonly TypeSeen[];
  /** Behind which type the next page begins; null at the end. */
  readonly next: string | null;
  /** Whether the app has had more types than are kept. */
  readonly hadMore: boolean;
  readonly rules: RuleSet;
  readonly compiled: CompiledRules;
}

/** Which of several rules differ, by their patterns. */
export interface RuleDifferences {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** What an app says about the display of its events. All methods throw SERVICE_UNAVAILABLE. */
@Injectable()
export class EventTypes {
  constructor(
    private readonly store: DisplayRuleStore,
    private readonly typesSeen: TypesSeenStore,
    private readonly rules: DisplayRules,
    private readonly clock: Clock,
  ) {}

  /** @param after the type behind which the page begins; an empty text: from the first. */
  async page(appId: string, after: string, limit: number): Promise<EventTypesPage> {
    const [types, hadMore, rules] = await Promise.all([
      this.typesSeen.list(appId, after, limit + 1),
      this.typesSeen.hadMore(appId),
      this.store.read(appId),
    ]);
    const shown = types.slice(0, limit);
    const next = types.length > limit ? (shown.at(-1)?.type ?? null) : null;
    return { types: shown, next, hadMore, rules, compiled: compileRules(rules.rules) };
  }

  /** All rules, as they are now. */
  all(appId: string): Promise<RuleSet> {
    return this.store.read(appId);
  }

  /** @throws NOT_FOUND */
  async get(appId: string, pattern: string): Promise<VersionedRule> {
    const rule = await this.store.find(appId, pattern);
    if (rule === null) throw eventTypeRuleNotFound();
    return { pattern, rule, version: ruleTag(rule) };
  }

  /**
   * Sets the rule for a pattern. One that says the same already stays, and is not recorded as a change.
   *
   * @throws PRECONDITION_FAILED; VALIDATION_ERROR, PAYLOAD_TOO_LARGE where the app's rules become too many or too large.
   */
  async put(
    appId: string,
    pattern: string,
    rule: DisplayRule,
    conditions: Preconditions,
    actor: Actor,
  ): Promise<VersionedRule & { readonly created: boolean }> {
    let created = false;
    await this.store.changeRule(appId, pattern, (present) => {
      requirePreconditions(conditions, tagOf(present.rule));
      created = present.rule === null;
      if (present.rule !== null && isSameRule(present.rule, rule)) return null;
      requireRoom(present, pattern, rule);
      return { rule, entry: this.entry(appId, actor, pattern, 1) };
    });
    this.rules.forget(appId);
    return { pattern, rule, version: ruleTag(rule), created };
  }

  /** Returns the rule that there was. @throws NOT_FOUND, PRECONDITION_FAILED */
  async delete(appId: string, pattern: string, conditions: Preconditions, actor: Actor): Promise<VersionedRule> {
    let deleted: DisplayRule | null = null;
    await this.store.changeRule(appId, pattern, ({ rule }) => {
      requirePreconditions(conditions, tagOf(rule));
      deleted = rule;
      return rule === null ? null : { rule: null, entry: this.entry(appId, actor, pattern, 1) };
    });
    this.rules.forget(appId);
    if (deleted === null) throw eventTypeRuleNotFound();
    return { pattern, rule: deleted, version: ruleTag(deleted) };
  }

  /**
   * Puts these rules in the place of all that there are, at once.
   *
   * @throws PRECONDITION_FAILED where all rules together have another version; VALIDATION_ERROR, PAYLOAD_TOO_LARGE where
   *   they are too many or too large.
   */
  async replaceAll(
    appId: string,
    given: ReadonlyMap<string, DisplayRule>,
    conditions: Preconditions,
    actor: Actor,
  ): Promise<RuleSet & RuleDifferences> {
    requireFitting(given);
    const rules = inOrder(given);
    let differences: RuleDifferences = { added: [], changed: [], removed: [] };
    const version = await this.store.replaceRules(appId, (present) => {
      requirePreconditions(conditions, setTag(present));
      differences = differencesOf(present.rules, rules);
      const count = Object.values(differences).flat().length;
      return count === 0 ? null : { rules, entry: this.entry(appId, actor, ALL, count) };
    });
    this.rules.forget(appId);
    return { version, rules, ...differences };
  }

  private entry(appId: string, actor: Actor, subject: string, count: number): AuditEntry {
    return auditEntry(this.clock.now(), { appId, actor, action: 'event-types.changed', subject, count });
  }
}

const tagOf = (rule: DisplayRule | null): string | null => (rule === null ? null : ruleTag(rule));

export function differencesOf(
  before: ReadonlyMap<string, DisplayRule>,
  after: ReadonlyMap<string, DisplayRule>,
): RuleDifferences {
  const changed = [...after].filter(([pattern, rule]) => {
    const present = before.get(pattern);
    return present !== undefined && !isSameRule(present, rule);
  });
  return {
    added: [...after.keys()].filter((pattern) => !before.has(pattern)),
    changed: changed.map(([pattern]) => pattern),
    removed: [...before.keys()].filter((pattern) => !after.has(pattern)),
  };
}

function requireRoom({ rule: present, set }: PresentRule, pattern: string, rule: DisplayRule): void {
  if (present === null && set.rules >= MAX_RULES)
    throw invalidField(
      'rules',
      `are ${set.rules} already, and may be at most ${MAX_RULES}; delete one that is not needed`,
    );
  const bytesBefore = present === null ? 0 : ruleBytes(pattern, present);
  if (set.bytes - bytesBefore + ruleBytes(pattern, rule) > MAX_RULES_BYTES)
    throw fieldTooLarge('rules', MAX_RULES_BYTES);
}

function requireFitting(rules: ReadonlyMap<string, DisplayRule>): void {
  if (rules.size > MAX_RULES) throw invalidField('rules', `must be at most ${MAX_RULES}, and are ${rules.size}`);
  if (bytesOfRules(rules) > MAX_RULES_BYTES) throw fieldTooLarge('rules', MAX_RULES_BYTES);
}

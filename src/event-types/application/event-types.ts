import { Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/kernel/clock.ts';
import { fieldTooLarge, invalidField } from '../../../libs/kernel/input-error.ts';
import { requirePreconditions, type Preconditions } from '../../../libs/kernel/preconditions.ts';
import { eachInTurns } from '../../../libs/kernel/time-slice.ts';
import { ReadTurns, WriteTurns } from '../../../libs/kernel/turns.ts';
import { auditEntry, type Actor, type AuditEntry } from '../../platform/audit/audit-entry.ts';
import type { CompiledRules } from '../domain/compiled-rules.ts';
import type { DisplayRule } from '../domain/display-rule.ts';
import { eventTypeRuleNotFound } from '../domain/event-types-error.ts';
import {
  bytesOfRules,
  countDifferences,
  differencesOf,
  inOrder,
  MAX_RULES,
  MAX_RULES_BYTES,
  ruleBytes,
  ruleTag,
  ruleText,
  setTag,
  type RuleDifferences,
  type Rules,
  type RuleSet,
  type RuleTexts,
} from '../domain/rule-set.ts';
import { DisplayRuleStore, type PresentRule, type RuleChange } from './display-rule-store.port.ts';
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

/** What an app says about the display of its events. All methods throw SERVICE_UNAVAILABLE. */
@Injectable()
export class EventTypes {
  constructor(
    private readonly store: DisplayRuleStore,
    private readonly typesSeen: TypesSeenStore,
    private readonly rules: DisplayRules,
    private readonly reads: ReadTurns,
    private readonly writes: WriteTurns,
    private readonly clock: Clock,
  ) {}

  /** @param after the type behind which the page begins; an empty text: from the first. */
  page(appId: string, after: string, limit: number): Promise<EventTypesPage> {
    return this.reads.run(appId, async () => {
      const types = await this.typesSeen.list(appId, after, limit + 1);
      const hadMore = await this.typesSeen.hadMore(appId);
      const { set, compiled } = await this.rules.current(appId);
      const shown = types.slice(0, limit);
      const next = types.length > limit ? (shown.at(-1)?.type ?? null) : null;
      return { types: shown, next, hadMore, rules: set, compiled };
    });
  }

  /** All rules, as they are now. */
  async all(appId: string): Promise<RuleSet> {
    return (await this.reads.run(appId, () => this.rules.current(appId))).set;
  }

  /** @throws NOT_FOUND */
  async get(appId: string, pattern: string): Promise<VersionedRule> {
    const rule = await this.reads.run(appId, () => this.store.find(appId, pattern));
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
    const text = ruleText(rule);
    await this.change(appId, pattern, text, (present) => {
      requirePreconditions(conditions, tagOf(present.rule));
      created = present.rule === null;
      if (present.rule !== null && ruleText(present.rule) === text) return null;
      requireRoom(present, pattern, text);
      return { rule, entry: this.entry(appId, actor, pattern, 1) };
    });
    return { pattern, rule, version: ruleTag(rule), created };
  }

  /** Returns the rule that there was. @throws NOT_FOUND, PRECONDITION_FAILED */
  async delete(appId: string, pattern: string, conditions: Preconditions, actor: Actor): Promise<VersionedRule> {
    let deleted: DisplayRule | null = null;
    await this.change(appId, pattern, null, ({ rule }) => {
      requirePreconditions(conditions, tagOf(rule));
      deleted = rule;
      return rule === null ? null : { rule: null, entry: this.entry(appId, actor, pattern, 1) };
    });
    if (deleted === null) throw eventTypeRuleNotFound();
    return { pattern, rule: deleted, version: ruleTag(deleted) };
  }

  /** @param text of the rule as it will be; null: it goes. */
  private async change(
    appId: string,
    pattern: string,
    text: string | null,
    decide: (present: PresentRule) => RuleChange | null,
  ): Promise<void> {
    const versions = await this.writes.run(appId, () => this.store.changeRule(appId, pattern, decide));
    if (versions === null) this.rules.askAgain(appId);
    else this.rules.changed(appId, pattern, text, versions);
  }

  /**
   * Puts these rules in the place of all that there are, at once.
   *
   * @throws PRECONDITION_FAILED where all rules together have another version; VALIDATION_ERROR, PAYLOAD_TOO_LARGE where
   *   they are too many or too large.
   */
  async replaceAll(
    appId: string,
    given: Rules,
    conditions: Preconditions,
    actor: Actor,
  ): Promise<RuleSet & RuleDifferences> {
    const texts = new Map<string, string>();
    await eachInTurns(inOrder(given), ([pattern, rule]) => texts.set(pattern, ruleText(rule)));
    requireFitting(texts);
    let differences: RuleDifferences = { added: [], changed: [], removed: [] };
    const replace = (): Promise<string | null> =>
      this.store.replaceRules(appId, (present) => {
        requirePreconditions(conditions, setTag(present));
        differences = differencesOf(present.texts, texts);
        const count = countDifferences(differences);
        return count === 0 ? null : { texts, entry: this.entry(appId, actor, ALL, count) };
      });
    const version = await this.writes.run(appId, replace);
    this.rules.askAgain(appId);
    return { version, texts, ...differences };
  }

  private entry(appId: string, actor: Actor, subject: string, count: number): AuditEntry {
    return auditEntry(this.clock.now(), { appId, actor, action: 'event-types.changed', subject, count });
  }
}

const tagOf = (rule: DisplayRule | null): string | null => (rule === null ? null : ruleTag(rule));

function requireRoom({ rule: present, set }: PresentRule, pattern: string, text: string): void {
  if (present === null && set.rules >= MAX_RULES)
    throw invalidField(
      'rules',
      `are ${set.rules} already, and may be at most ${MAX_RULES}; delete one that is not needed`,
    );
  const bytesBefore = present === null ? 0 : ruleBytes(pattern, ruleText(present));
  if (set.bytes - bytesBefore + ruleBytes(pattern, text) > MAX_RULES_BYTES)
    throw fieldTooLarge('rules', MAX_RULES_BYTES);
}

function requireFitting(texts: RuleTexts): void {
  if (texts.size > MAX_RULES) throw invalidField('rules', `must be at most ${MAX_RULES}, and are ${texts.size}`);
  if (bytesOfRules(texts) > MAX_RULES_BYTES) throw fieldTooLarge('rules', MAX_RULES_BYTES);
}

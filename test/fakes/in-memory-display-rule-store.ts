import {
  DisplayRuleStore,
  type PresentRule,
  type RuleChange,
  type SetChange,
} from '../../src/event-types/application/display-rule-store.port.ts';
import type { DisplayRule } from '../../src/event-types/domain/display-rule.ts';
import { bytesOfRules, inOrder, type RuleSet } from '../../src/event-types/domain/rule-set.ts';
import type { AuditEntry } from '../../src/platform/audit/audit-entry.ts';

const NONE: RuleSet = { version: null, rules: new Map() };

export class InMemoryDisplayRuleStore extends DisplayRuleStore {
  readonly entries: AuditEntry[] = [];
  private readonly sets = new Map<string, RuleSet>();

  version(appId: string): Promise<string | null> {
    return Promise.resolve(this.setOf(appId).version);
  }

  read(appId: string): Promise<RuleSet> {
    return Promise.resolve(this.setOf(appId));
  }

  find(appId: string, pattern: string): Promise<DisplayRule | null> {
    return Promise.resolve(this.setOf(appId).rules.get(pattern) ?? null);
  }

  async changeRule(appId: string, pattern: string, decide: (present: PresentRule) => RuleChange | null): Promise<void> {
    const rules = new Map(this.setOf(appId).rules);
    const set = { rules: rules.size, bytes: bytesOfRules(rules) };
    const change = decide({ rule: rules.get(pattern) ?? null, set });
    if (change === null) return;
    if (change.rule === null) rules.delete(pattern);
    else rules.set(pattern, change.rule);
    this.keep(appId, rules, change.entry);
  }

  async replaceRules(appId: string, decide: (present: RuleSet) => SetChange | null): Promise<string | null> {
    const change = decide(this.setOf(appId));
    if (change !== null) this.keep(appId, change.rules, change.entry);
    return this.setOf(appId).version;
  }

  private setOf(appId: string): RuleSet {
    return this.sets.get(appId) ?? NONE;
  }

  private keep(appId: string, rules: ReadonlyMap<string, DisplayRule>, entry: AuditEntry): void {
    this.sets.set(appId, { version: entry.id, rules: inOrder(rules) });
    this.entries.push(entry);
  }
}

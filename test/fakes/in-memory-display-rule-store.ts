import {
  DisplayRuleStore,
  type PresentRule,
  type RuleChange,
  type SetChange,
  type Versions,
} from '../../src/event-types/application/display-rule-store.port.ts';
import type { DisplayRule } from '../../src/event-types/domain/display-rule.ts';
import {
  bytesOfRules,
  inOrder,
  ruleOfText,
  ruleText,
  type RuleSet,
  type RuleTexts,
} from '../../src/event-types/domain/rule-set.ts';
import type { AuditEntry } from '../../src/platform/audit/audit-entry.ts';

const NONE: RuleSet = { version: null, texts: new Map() };

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
    const text = this.setOf(appId).texts.get(pattern);
    return Promise.resolve(text === undefined ? null : ruleOfText(text));
  }

  async changeRule(
    appId: string,
    pattern: string,
    decide: (present: PresentRule) => RuleChange | null,
  ): Promise<Versions | null> {
    const { version, texts: present } = this.setOf(appId);
    const texts = new Map(present);
    const text = texts.get(pattern);
    const rule = text === undefined ? null : ruleOfText(text);
    const change = decide({ rule, set: { rules: texts.size, bytes: bytesOfRules(texts) } });
    if (change === null) return null;
    if (change.rule === null) texts.delete(pattern);
    else texts.set(pattern, ruleText(change.rule));
    this.keep(appId, texts, change.entry);
    return { before: version, after: change.entry.id };
  }

  async replaceRules(appId: string, decide: (present: RuleSet) => SetChange | null): Promise<string | null> {
    const change = decide(this.setOf(appId));
    if (change !== null) this.keep(appId, change.texts, change.entry);
    return this.setOf(appId).version;
  }

  private setOf(appId: string): RuleSet {
    return this.sets.get(appId) ?? NONE;
  }

  private keep(appId: string, texts: RuleTexts, entry: AuditEntry): void {
    this.sets.set(appId, { version: entry.id, texts: inOrder(texts) });
    this.entries.push(entry);
  }
}

import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import type { DisplayRule } from '../domain/display-rule.ts';
import type { RuleSet, RuleTexts } from '../domain/rule-set.ts';

/** What there is before a rule is changed. */
export interface PresentRule {
  /** Null: there is none for the pattern. */
  readonly rule: DisplayRule | null;
  /** Of all rules of the app, this one included. */
  readonly set: { readonly rules: number; readonly bytes: number };
}

/** The id of the entry becomes the version of the app's rules. */
export interface RuleChange {
  /** Null: the rule goes. */
  readonly rule: DisplayRule | null;
  readonly entry: AuditEntry;
}

export interface SetChange {
  /** In the order of their patterns. */
  readonly texts: RuleTexts;
  readonly entry: AuditEntry;
}

/** Of all rules of an app, before one was changed and after that. */
export interface Versions {
  readonly before: string | null;
  readonly after: string;
}

/**
 * Keeps the display rules of apps. Changes of one app's rules come one after the other, each in a transaction with its entry
 * in the audit trail. All methods throw SERVICE_UNAVAILABLE.
 */
export abstract class DisplayRuleStore {
  /** The version of an app's rules; null: none was ever made. */
  abstract version(appId: string): Promise<string | null>;

  /** All rules of an app, and the version that they are of. */
  abstract read(appId: string): Promise<RuleSet>;

  abstract find(appId: string, pattern: string): Promise<DisplayRule | null>;

  /**
   * Changes the rule for one pattern.
   *
   * @param decide is told what there is, and may be asked several times: null changes nothing, and what it throws is thrown.
   * @returns null where nothing was changed.
   */
  abstract changeRule(
    appId: string,
    pattern: string,
    decide: (present: PresentRule) => RuleChange | null,
  ): Promise<Versions | null>;

  /**
   * Puts other rules in the place of all that there are.
   *
   * @param decide as in {@link changeRule}.
   * @returns the version afterwards.
   */
  abstract replaceRules(appId: string, decide: (present: RuleSet) => SetChange | null): Promise<string | null>;
}

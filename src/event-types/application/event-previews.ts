import { Injectable } from '@nestjs/common';
import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import { Clock } from '../../../libs/kernel/clock.ts';
import { ReadTurns } from '../../../libs/kernel/turns.ts';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import { compileRules, type DisplayedEvent } from '../domain/compiled-rules.ts';
import type { Display, DisplayRule } from '../domain/display-rule.ts';
import { matchingTexts, ruleText } from '../domain/rule-set.ts';
import { DisplayRules } from './display-rules.ts';
import { StoredEvents } from './stored-events.port.ts';

/** An event to try a rule with: one that is stored, or one that is made up and happens now. */
export type PreviewedEvent =
  { readonly customerExternalId: string; readonly id: string } | { readonly type: string; readonly payload: JsonText };

/** Tells how events would be displayed. Nothing is written. */
@Injectable()
export class EventPreviews {
  constructor(
    private readonly rules: DisplayRules,
    private readonly reads: ReadTurns,
    private readonly events: StoredEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * How an event would be displayed if its type had this rule of its own, beside the other rules that there are.
   *
   * @param showsCustomer whether a template may show the customer's name; otherwise it is not known.
   * @throws CUSTOMER_NOT_FOUND, NOT_FOUND, SERVICE_UNAVAILABLE
   */
  async preview(appId: string, rule: DisplayRule, event: PreviewedEvent, showsCustomer: boolean): Promise<Display> {
    const [[shown, customerName], { set }] = await Promise.all([
      this.shown(appId, event, showsCustomer),
      this.reads.run(appId, () => this.rules.current(appId)),
    ]);
    const tried = matchingTexts(set.texts, shown.type).set(shown.type, ruleText(rule));
    return compileRules(tried).display(shown, customerName);
  }

  private async shown(
    appId: string,
    event: PreviewedEvent,
    showsCustomer: boolean,
  ): Promise<[DisplayedEvent, string | null]> {
    if ('type' in event) return [{ ...event, occurredAt: instantFromMillis(this.clock.now()) }, null];
    const { customerExternalId, id } = event;
    return Promise.all([
      this.events.find(appId, customerExternalId, id),
      showsCustomer ? this.events.customerName(appId, customerExternalId) : null,
    ]);
  }
}

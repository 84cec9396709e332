import type { DomainError } from '../../../libs/kernel/domain-error.ts';
import { ruleOfType, type RetentionRules } from '../../../libs/retention/retention-rules.ts';
import { periodBefore } from '../../../libs/time/calendar-period.ts';
import { instantFromMillis, millisOfInstant } from '../../../libs/time/instant.ts';
import { eventPastRetention } from './customer-events-error.ts';
import type { EventDraft } from './customer-event.ts';

/** The app to which events are sent: what its key, or the operator's command, says of it. */
export interface ReceivingApp {
  readonly id: string;
  readonly retention: RetentionRules;
}

/**
 * The refusal of an event that is past its retention already: the next purge would delete it. So nothing that was deleted
 * comes back when a sender repeats its history.
 *
 * @param now milliseconds since the Unix epoch.
 * @returns null where it is to be recorded.
 */
export function retentionRefusal(rules: RetentionRules, draft: EventDraft, now: number): DomainError | null {
  if (draft.occurredAt === undefined) return null;
  const rule = ruleOfType(rules, draft.type);
  if (rule === undefined || rule.keep === null) return null;
  const keptFrom = periodBefore(rule.keep, now);
  if (millisOfInstant(draft.occurredAt) >= keptFrom) return null;
  return eventPastRetention(rule.pattern, rule.keep.text, instantFromMillis(keptFrom));
}

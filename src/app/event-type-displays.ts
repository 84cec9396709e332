import { Injectable } from '@nestjs/common';
import { EventDisplayRules, type EventDisplays } from '../customer-events/application/event-displays.port.ts';
import { compileRules, type CompiledRules } from '../event-types/domain/compiled-rules.ts';

const NO_RULES = compileRules(new Map());

/** Displays events by the rules of the slice `event-types`; as long as no app has any, by the built-in ones. */
@Injectable()
export class EventTypeDisplays extends EventDisplayRules {
  of(): Promise<EventDisplays> {
    return Promise.resolve(displaysBy(NO_RULES));
  }
}

/** What the slice `customer-events` asks of the rules of an app. */
export const displaysBy = (rules: CompiledRules): EventDisplays => ({
  hasRules: rules.hasRules,
  showsCustomer: rules.showsCustomer,
  of: (event, customerName) => rules.display(event, customerName),
  ofType: (type) => rules.ofType(type),
  titleOfType: (type) => rules.titleOfType(type),
  masked: ({ type, payload }) => rules.mask(type, payload),
});

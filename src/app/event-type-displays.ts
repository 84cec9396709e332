import { Injectable } from '@nestjs/common';
import { JsonText } from '../../libs/json-payload/json-text.ts';
import { EventDisplayRules, type EventDisplays } from '../customer-events/application/event-displays.port.ts';
import { DisplayCache } from '../event-types/application/display-cache.ts';
import { DisplayRules } from '../event-types/application/display-rules.ts';
import type { CompiledRules } from '../event-types/domain/compiled-rules.ts';

/** Displays events by the rules of the slice `event-types`. */
@Injectable()
export class EventTypeDisplays extends EventDisplayRules {
  constructor(
    private readonly rules: DisplayRules,
    private readonly cache: DisplayCache,
  ) {
    super();
  }

  async of(appId: string): Promise<EventDisplays> {
    return displaysBy(await this.rules.of(appId), this.cache);
  }
}

/** What the slice `customer-events` asks of the rules of an app. */
const displaysBy = (rules: CompiledRules, cache: DisplayCache): EventDisplays => ({
  hasRules: rules.hasRules,
  showsCustomer: rules.showsCustomer,
  of: (event, customerName) => rules.display(event, customerName),
  encoded: (event, customerName) => new JsonText(rules.displayJson(event, customerName)),
  encodedOfPage: (event, customerName) => cache.json(rules, event, customerName),
  ofType: (type) => rules.ofType(type),
  titleOfType: (type) => rules.titleOfType(type),
  masked: ({ type, payload }) => rules.mask(type, payload),
});

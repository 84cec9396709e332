import { Injectable } from '@nestjs/common';
import { JsonText } from '../../libs/json-payload/json-text.ts';
import { EventDisplayRules, type EventDisplays } from '../customer-events/application/event-displays.port.ts';
import { DisplayRules } from '../event-types/application/display-rules.ts';
import type { CompiledRules } from '../event-types/domain/compiled-rules.ts';

/** Displays events by the rules of the slice `event-types`. */
@Injectable()
export class EventTypeDisplays extends EventDisplayRules {
  constructor(private readonly rules: DisplayRules) {
    super();
  }

  async of(appId: string): Promise<EventDisplays> {
    return displaysBy(await this.rules.of(appId));
  }
}

/** What the slice `customer-events` asks of the rules of an app. */
const displaysBy = (rules: CompiledRules): EventDisplays => ({
  hasRules: rules.hasRules,
  showsCustomer: rules.showsCustomer,
  of: (event, customerName) => rules.display(event, customerName),
  encoded: (event, customerName) => new JsonText(rules.displayJson(event, customerName)),
  ofType: (type) => rules.ofType(type),
  titleOfType: (type) => rules.titleOfType(type),
  masked: ({ type, payload }) => rules.mask(type, payload),
});

import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { EncodedEvent } from './timeline-store.port.ts';
import type { EventDisplay, TypeDisplay } from '../domain/event-display.ts';

/** The rules of one app, as they were when they were asked for. */
export interface EventDisplays {
  /** Whether the app has any rule; without one, all that is known of an event is its type. */
  readonly hasRules: boolean;

  /** Whether a rule shows the name of the customer: only then it is read. */
  readonly showsCustomer: boolean;

  /** @param customerName for templates that show it; null: not known. */
  of(event: Pick<CustomerEvent, 'type' | 'occurredAt' | 'payload'>, customerName: string | null): EventDisplay;

  /** The JSON of {@link of}, in a fraction of the time. */
  encoded(event: Pick<CustomerEvent, 'type' | 'occurredAt' | 'payload'>, customerName: string | null): JsonText;

  /** The same, remembered for a while: pages are often read again. */
  encodedOfPage(event: Pick<EncodedEvent, 'id' | 'decoded'>, customerName: string | null): JsonText;

  ofType(type: string): TypeDisplay;

  /** A title that needs no payload. */
  titleOfType(type: string): string;

  /** The payload without what the rules mask. */
  masked(event: Pick<CustomerEvent, 'type' | 'payload'>): JsonText;
}

/** Tells how the events of an app are displayed. */
export abstract class EventDisplayRules {
  /** A change of the rules is seen within 10 s. @throws SERVICE_UNAVAILABLE */
  abstract of(appId: string): Promise<EventDisplays>;
}

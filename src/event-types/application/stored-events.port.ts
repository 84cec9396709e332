import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { Instant } from '../../../libs/time/instant.ts';

/** What a rule shows of an event. */
export interface StoredEvent {
  readonly type: string;
  readonly occurredAt: Instant;
  readonly payload: JsonText;
}

/** Finds events that rules can be tried with. */
export abstract class StoredEvents {
  /** @throws CUSTOMER_NOT_FOUND, NOT_FOUND, SERVICE_UNAVAILABLE */
  abstract find(appId: string, customerExternalId: string, id: string): Promise<StoredEvent>;

  /** @throws CUSTOMER_NOT_FOUND, SERVICE_UNAVAILABLE */
  abstract customerName(appId: string, customerExternalId: string): Promise<string>;
}

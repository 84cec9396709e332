import { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { AllFields } from '../../../libs/kernel/all-fields.ts';
import { parseInstant, type Instant } from '../../../libs/time/instant.ts';
import type { EncodedEvent } from '../application/timeline-store.port.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { TimelinePosition } from '../domain/timeline.ts';

const ID_START = '{"id":"'.length;
const CUSTOMER_ID = '","customerId":"';
const TYPE = '","type":"';
const PAYLOAD = '","payload":';
const OCCURRED_AT = ',"occurredAt":"';
const CREATED_AT = '","createdAt":"';
const EVENT_ID = '","eventId":';

/**
 * An event as the database gives it: one text, `EVENT_JSON`. Nothing but the payload can have a member inside, and the
 * names of our own members are looked for from the side where no payload stands: before it no text has a quote that is
 * not escaped, and neither has one behind it.
 */
export class StoredEventJson implements EncodedEvent {
  constructor(private readonly text: string) {}

  get json(): JsonText {
    return new JsonText(this.text);
  }

  get id(): string {
    return this.text.slice(ID_START, this.text.indexOf('"', ID_START));
  }

  get payload(): string {
    return this.text.slice(this.text.indexOf(PAYLOAD) + PAYLOAD.length, this.payloadEnd());
  }

  get position(): TimelinePosition {
    return { occurredAt: this.instantAt(this.payloadEnd() + OCCURRED_AT.length), id: this.id };
  }

  decoded(): AllFields<CustomerEvent> {
    const { text, id } = this;
    const customerId = ID_START + id.length + CUSTOMER_ID.length;
    const type = text.indexOf('"', customerId) + TYPE.length;
    const payload = text.indexOf(PAYLOAD, type) + PAYLOAD.length;
    const payloadEnd = this.payloadEnd();
    const occurredAt = payloadEnd + OCCURRED_AT.length;
    const createdAt = text.indexOf('"', occurredAt) + CREATED_AT.length;
    const createdAtEnd = text.indexOf('"', createdAt);
    return {
      id,
      customerId: text.slice(customerId, type - TYPE.length),
      type: JSON.parse(text.slice(type - 1, payload - PAYLOAD.length + 1)) as string,
      payload: new JsonText(text.slice(payload, payloadEnd)),
      occurredAt: this.instantAt(occurredAt),
      createdAt: this.instantAt(createdAt),
      eventId: text.startsWith(EVENT_ID, createdAtEnd)
        ? (JSON.parse(text.slice(createdAtEnd + EVENT_ID.length, -1)) as string)
        : null,
    };
  }

  private payloadEnd(): number {
    return this.text.lastIndexOf(OCCURRED_AT);
  }

  private instantAt(start: number): Instant {
    const instant = parseInstant(this.text.slice(start, this.text.indexOf('"', start)));
    if (instant === null) throw new Error('the database returned an instant outside the years 0001-9999');
    return instant;
  }
}

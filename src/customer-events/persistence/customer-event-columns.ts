import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { instantOfUtcText, utcText } from '../../platform/postgres/utc-text.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';

/** The columns in the order in which {@link insertedValues} gives their values. */
export const INSERTED_COLUMNS = 'customer_id, occurred_at, id, type, payload, event_id, created_at';
const INSERTED_COLUMN_COUNT = 7;

export function insertedValues(event: CustomerEvent): (string | null)[] {
  const { customerId, occurredAt, id, type, payload, eventId, createdAt } = event;
  return [customerId, occurredAt, id, type, payload.text, eventId, createdAt];
}

let rows = '';
const rowEnds: number[] = [0];

/** `($1,…,$7),($8,…,$14),…` for so many events. Grown once and cut to length: built for each statement, it cost a thousand events 0.7 ms. */
export function placeholders(events: number): string {
  for (let row = rowEnds.length - 1; row < events; row++) {
    const first = row * INSERTED_COLUMN_COUNT + 1;
    const columns = Array.from({ length: INSERTED_COLUMN_COUNT }, (_, column) => `$${first + column}`);
    rows += `${row === 0 ? '' : ','}(${columns.join(',')})`;
    rowEnds.push(rows.length);
  }
  return rows.slice(0, rowEnds[events]);
}

const COLUMNS = [
  't.customer_id',
  `${utcText('t.occurred_at')} AS occurred_at`,
  't.id',
  't.type',
  't.payload::text AS payload',
  't.event_id',
  `${utcText('t.created_at')} AS created_at`,
];
/** What a SELECT from `customer_events AS t` reads of an event, for {@link eventOf}. */
export const EVENT_COLUMNS = COLUMNS.join(', ');

/** In a UNION with {@link EVENT_COLUMNS}: a row that is no event. */
export const NO_EVENT_COLUMNS = COLUMNS.map(() => 'NULL').join(', ');

export interface EventColumns {
  readonly customer_id: string;
  readonly occurred_at: string;
  readonly id: string;
  readonly type: string;
  readonly payload: string;
  readonly event_id: string | null;
  readonly created_at: string;
}

export function eventOf(columns: EventColumns): CustomerEvent {
  return {
    id: columns.id,
    customerId: columns.customer_id,
    type: columns.type,
    payload: new JsonText(columns.payload),
    occurredAt: instantOfUtcText(columns.occurred_at),
    createdAt: instantOfUtcText(columns.created_at),
    eventId: columns.event_id,
  };
}

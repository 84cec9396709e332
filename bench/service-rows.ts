import { timeOrderedIdSource } from '../libs/kernel/ids.ts';
import { customerIdOf } from '../src/customer-events/domain/customer.ts';
import { eventSource, type SentEvent } from './events.ts';

/** The columns of the service's table in the order of {@link ServiceRow}. */
export const COLUMNS = ['customer_id', 'occurred_at', 'id', 'type', 'payload', 'event_id', 'created_at'] as const;

/** An event as the service stores it. */
export type ServiceRow = readonly [
  customerId: string,
  occurredAt: string,
  id: string,
  type: string,
  payload: string,
  eventId: string | null,
  createdAt: string,
];

/** Makes events, as they are sent and as they are stored. */
export function rowSource(
  appId: string,
  seed: number,
  customers: number,
  withEventIds: boolean,
): () => { event: SentEvent; row: ServiceRow } {
  const nextEvent = eventSource(seed, customers, withEventIds);
  const nextId = timeOrderedIdSource();
  const idOf = new Map<string, string>();
  return () => {
    const event = nextEvent();
    const { customerExternalId, type, payload, occurredAt, eventId = null } = event;
    const customerId = idOf.get(customerExternalId) ?? customerIdOf(appId, customerExternalId);
    idOf.set(customerExternalId, customerId);
    const now = Date.now();
    const id = nextId(Date.parse(occurredAt), now);
    return {
      event,
      row: [customerId, occurredAt, id, type, JSON.stringify(payload), eventId, new Date(now).toISOString()],
    };
  };
}

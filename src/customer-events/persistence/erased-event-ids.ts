import { hash } from 'node:crypto';

/** What stays of an erased `eventId`; its parts contain no space. */
export const erasedEventIdHash = (customerId: string, eventId: string): Buffer =>
  hash('sha256', `${customerId} ${eventId}`, 'buffer');

/** Parameters: the customer's id, and an array of hashes. One that is there already stays. */
export const INSERT_ERASED_EVENT_IDS = `
  INSERT INTO erased_event_ids AS e (customer_id, sha256)
  SELECT $1, h.sha256 FROM unnest($2::bytea[]) AS h (sha256)
  ON CONFLICT DO NOTHING`;

/** Parameters: an array of customers' ids, and one of the hashes that belong to them. */
export const SELECT_ERASED_EVENT_IDS = `
  SELECT e.sha256 FROM unnest($1::text[], $2::bytea[]) AS h (customer_id, sha256)
  JOIN erased_event_ids AS e ON e.customer_id = h.customer_id AND e.sha256 = h.sha256`;

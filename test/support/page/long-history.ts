import { customerIdOf } from '../../../src/customer-events/domain/customer.ts';
import type { TestDatabase } from '../test-database.ts';

const EVENTS_OF_STATEMENT = 100_000;
export const QUIET_TYPES = ['page.viewed', 'email.opened'];
const LOUD_TYPES = ['order.placed', 'invoice.paid', 'payment.failed', 'ticket.opened'];
const FIRST = '2019-01-01 00:00Z';
const LAST = '2026-10-01 00:00Z';

/**
 * Gives a customer that there is so many events from 2019 to 2026: of six types in no order, of which two are for being
 * quiet, and always three of them in the same microsecond.
 */
export async function fillHistory(database: TestDatabase, externalId: string, events: number): Promise<void> {
  const [app] = await database.query<{ id: string }>("SELECT a.id FROM apps AS a WHERE a.slug = 'acme'");
  const customerId = customerIdOf(app?.id ?? '', externalId);
  for (let first = 0; first < events; first += EVENTS_OF_STATEMENT) {
    const last = Math.min(first + EVENTS_OF_STATEMENT, events) - 1;
    await database.query(insertion(events), [customerId, first, last]);
  }
  await database.query('ANALYZE customer_events');
}

const textArray = (types: readonly string[]): string => `array['${types.join("','")}']`;

const insertion = (events: number): string => `
  INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
  SELECT $1, e.at, 'c' || lpad(e.number::text, 24, '0'),
    CASE WHEN e.random % 2 = 0 THEN (${textArray(QUIET_TYPES)})[1 + e.random / 2 % ${QUIET_TYPES.length}]
      ELSE (${textArray(LOUD_TYPES)})[1 + e.random / 2 % ${LOUD_TYPES.length}] END,
    json_build_object('orderId', e.number::text, 'total', e.number % 100000 / 100.0), e.at
  FROM (
    SELECT n AS number, abs(hashint4(n)::bigint) AS random,
      timestamptz '${FIRST}' + (n / 3 * 3) * ((timestamptz '${LAST}' - timestamptz '${FIRST}') / ${events}) AS at
    FROM generate_series($2::int, $3::int) AS n
  ) AS e`;

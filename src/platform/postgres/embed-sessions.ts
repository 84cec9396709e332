import type { Query } from './transactions.ts';

/** To be run in the transaction that erases customers: with them end their sessions, and what these say of them. */
export const deleteSessionsOfCustomers = (customerIds: readonly string[]): Query => ({
  sql: 'DELETE FROM embed_sessions AS s WHERE s.customer_id = ANY ($1::text[])',
  parameters: [customerIds],
});

/** To be run in the transaction that removes an app. */
export const deleteSessionsOfApp = (appId: string): Query => ({
  sql: 'DELETE FROM embed_sessions AS s WHERE s.app_id = $1',
  parameters: [appId],
});

import type { INestApplicationContext } from '@nestjs/common';
import { KeyAdministration } from '../api-keys/application/key-administration.ts';
import { Customers } from '../customer-events/application/customers.ts';

const DEMO_CUSTOMER = 'user_42';

/**
 * Makes an empty installation usable: an app, a customer, and a key.
 *
 * @returns the key, or null where there is an app already: then nothing is changed.
 */
export async function createDemo(app: INestApplicationContext): Promise<string | null> {
  const administration = app.get(KeyAdministration);
  if ((await administration.listApps()).length > 0) return null;
  const demo = await administration.createApp('demo', 'Demo');
  await app.get(Customers).put(demo.id, DEMO_CUSTOMER, { email: 'user_42@example.com', name: 'Ada Lovelace' });
  const { secret } = await administration.createKey(demo.slug, 'first key', 'agent', null);
  return secret;
}

/** The first request, ready to be pasted into a shell. */
export function demoCurl(baseUrl: string, key: string): string {
  const body = {
    customerExternalId: DEMO_CUSTOMER,
    type: 'order.placed',
    payload: { orderId: '1042', total: 99.9 },
    occurredAt: '2026-04-18T10:00:00Z',
  };
  return [
    `curl -X POST ${baseUrl}/api/v1/customer-events \\`,
    `  -H 'X-API-Key: ${key}' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify(body)}'`,
  ].join('\n');
}

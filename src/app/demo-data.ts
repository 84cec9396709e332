import type { INestApplicationContext } from '@nestjs/common';
import { KeyAdministration } from '../api-keys/application/key-administration.ts';
import { loadConfig } from '../config.ts';
import { Customers } from '../customer-events/application/customers.ts';
import { FIRST_START } from './first-app.ts';

const DEMO_APP = 'demo';
const DEMO_CUSTOMER = 'user_42';

/**
 * Makes an empty installation usable: an app, a customer, and a key. Where there is an app already,
 * nothing is changed, and there is no new key.
 *
 * @returns the slug of an app that is there, and its new key.
 */
export async function createDemo(app: INestApplicationContext): Promise<{ slug: string; newKey: string | null }> {
  const administration = app.get(KeyAdministration).as(FIRST_START);
  const apps = await administration.listApps();
  const existing = apps.find(({ slug }) => slug === DEMO_APP) ?? apps[0];
  if (existing !== undefined) return { slug: existing.slug, newKey: null };
  const demo = await administration.createApp(DEMO_APP, 'Demo');
  await app.get(Customers).put(demo.id, DEMO_CUSTOMER, { email: 'user_42@example.com', name: 'Ada Lovelace' });
  const { secret } = await administration.createKey(demo.slug, 'first key', 'agent', null);
  return { slug: demo.slug, newKey: secret };
}

/** A command for a shell that creates a key in the very database that the service uses. */
export function createKeyCommand(slug: string, dataDir: string): string {
  // Without its DATA_DIR the command would make an embedded PostgreSQL of its own.
  const setting = dataDir === loadConfig({}).dataDir ? '' : `DATA_DIR=${shellWord(dataDir)} `;
  return `${setting}npm run --silent cli -- keys create --app ${slug} --name mine`;
}

const shellWord = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

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

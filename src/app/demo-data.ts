import type { INestApplicationContext } from '@nestjs/common';
import { Clock } from '../../libs/kernel/clock.ts';
import { DomainError } from '../../libs/kernel/domain-error.ts';
import { NO_PRECONDITIONS } from '../../libs/kernel/preconditions.ts';
import { JsonText } from '../../libs/json-payload/json-text.ts';
import { KeyAdministration } from '../api-keys/application/key-administration.ts';
import type { App } from '../api-keys/domain/api-key.ts';
import { loadConfig } from '../config.ts';
import { CustomerEvents } from '../customer-events/application/customer-events.ts';
import { Customers } from '../customer-events/application/customers.ts';
import { EventTypes } from '../event-types/application/event-types.ts';
import { DEMO_RULES, demoStory } from './demo-story.ts';
import { FIRST_START } from './first-app.ts';

export const DEMO_APP = 'demo';
/** Whose timeline the first request writes to. */
const FIRST_CUSTOMER = 'user_42';
/** Whose timeline tells a story; another one, so that what the guides read of the first customer is what they have sent. */
export const DEMO_CUSTOMER = 'cus_demo';

/**
 * Makes an empty installation usable: an app, a customer for the first request, another with events of two weeks, rules
 * that say how they are shown, and a key. Where there is an app already, nothing is changed, and there is no new key.
 *
 * @returns the slug of an app that is there, and its new key.
 */
export async function createDemo(app: INestApplicationContext): Promise<{ slug: string; newKey: string | null }> {
  const administration = app.get(KeyAdministration).as(FIRST_START);
  const apps = await administration.listApps();
  const existing = apps.find(({ slug }) => slug === DEMO_APP) ?? apps[0];
  if (existing !== undefined) return { slug: existing.slug, newKey: null };
  const demo = await administration.createApp(DEMO_APP, 'Demo');
  await app.get(Customers).put(demo.id, FIRST_CUSTOMER, { email: 'user_42@example.com', name: 'Ada Lovelace' });
  await tellStory(app, demo);
  const { secret } = await administration.createKey(demo.slug, 'first key', 'agent', null);
  return { slug: demo.slug, newKey: secret };
}

/** By the services that programs reach over HTTP. */
async function tellStory(app: INestApplicationContext, demo: App): Promise<void> {
  await app.get(Customers).put(demo.id, DEMO_CUSTOMER, {
    email: 'cus_demo@example.com',
    name: 'Katherine Johnson',
    metadata: new JsonText('{"plan":"Pro","seats":8}'),
  });
  await app.get(EventTypes).replaceAll(demo.id, DEMO_RULES, NO_PRECONDITIONS, FIRST_START);
  const results = await app.get(CustomerEvents).recordAll(demo, demoStory(DEMO_CUSTOMER, app.get(Clock).now()));
  const refusal = results.find((result) => result instanceof DomainError);
  if (refusal !== undefined) throw refusal;
}

/** A command for a shell that creates a key in the very database that the service uses. */
export const createKeyCommand = (slug: string, dataDir: string): string =>
  command(`keys create --app ${slug} --name mine`, dataDir);

/** A command for a shell that deletes the demo with all that it has. */
export const deleteDemoCommand = (dataDir: string): string =>
  command(`apps delete --slug ${DEMO_APP} --confirm ${DEMO_APP}`, dataDir);

function command(words: string, dataDir: string): string {
  // Without its DATA_DIR the command would make an embedded PostgreSQL of its own.
  const setting = dataDir === loadConfig({}).dataDir ? '' : `DATA_DIR=${shellWord(dataDir)} `;
  return `${setting}npm run --silent cli -- ${words}`;
}

const shellWord = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The first request, ready to be pasted into a shell. */
export function demoCurl(baseUrl: string, key: string): string {
  const body = {
    customerExternalId: FIRST_CUSTOMER,
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

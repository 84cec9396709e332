import type { INestApplication } from '@nestjs/common';
import type { Config } from '../config.ts';
import { createDemo, createKeyCommand, DEMO_CUSTOMER, deleteDemoCommand, demoCurl } from './demo-data.ts';
import { demoLink } from './demo-link.ts';
import type { Database } from './open-database.ts';

/**
 * Tells a person where the service is and how to try it; the first start with the embedded PostgreSQL shows a new key.
 *
 * It goes to the terminal. Where stdout is none, programs read JSON lines there: then it goes to stderr, and with a
 * database of one's own, where there is nothing to show once only, nowhere.
 */
export async function sayHello(
  app: INestApplication,
  config: Config,
  database: Database,
  baseUrl: string,
): Promise<void> {
  const lines = [`Customer Events serves on ${baseUrl}`];
  if (config.docsEnabled) lines.push(`API documentation: ${baseUrl}/docs`);
  if (database.embedded) lines.push(...(await aboutEmbedded(app, config, database.folder ?? config.dataDir, baseUrl)));
  const text = `${lines.join('\n')}\n`;
  if (process.stdout.isTTY) process.stdout.write(text);
  else if (database.embedded) process.stderr.write(text);
}

async function aboutEmbedded(
  app: INestApplication,
  { dataDir, initApp, embedEnabled }: Config,
  folder: string,
  baseUrl: string,
): Promise<string[]> {
  const { slug, newKey } = initApp === undefined ? await createDemo(app) : { slug: initApp.slug, newKey: null };
  const command = createKeyCommand(slug, dataDir);
  const where = `PostgreSQL is embedded, with its data in ${folder}`;
  const link = initApp === undefined && embedEnabled ? await demoLink(app, baseUrl) : null;
  const timeline =
    link === null ? [] : ['', `The timeline of "${DEMO_CUSTOMER}", as it stands beside a ticket; for a day:`, '', link];
  if (newKey === null) return [where, `To create an API key: ${command}`, ...timeline];
  return [
    where,
    '',
    'First start. An app "demo" and a customer "user_42" were created. Try:',
    '',
    demoCurl(baseUrl, newKey),
    '',
    `This key is shown only once. More keys: ${command}`,
    ...timeline,
    '',
    `To delete the demo: ${deleteDemoCommand(dataDir)}`,
  ];
}

import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { customerIdOf } from '../src/customer-events/domain/customer.ts';
import type { Database, Engine } from './engine.ts';
import { serviceFile, NODE_FLAGS } from './paths.ts';
import { startServer, type ServerProcess } from './server-process.ts';

const run = promisify(execFile);

/** A database of the service: the schema is up to date, an app has customers and a key. */
export interface ServiceDatabase extends Database {
  readonly appId: string;
  readonly key: string;
}

/** Makes a database of the service, as an operator would: by its commands. */
export async function createServiceDatabase(
  engine: Pick<Engine, 'createDatabase'>,
  name: string,
  customers: number,
): Promise<ServiceDatabase> {
  const database = await engine.createDatabase(name);
  await operatorCommand(database, 'migrate');
  await operatorCommand(database, 'apps', 'create', '--slug', 'bench', '--name', 'Benchmark');
  const service = await withNewKey(database);
  await addCustomers(service, customers);
  return service;
}

/** Divides its rows among the nodes of its cluster (Citus). @param name of the database in its server */
export async function distribute(database: Database, name: string): Promise<void> {
  await operatorCommand(database, 'database', 'distribute', '--confirm', name);
}

/** One more app in the same database, with customers and a key. */
export async function withNewApp(database: ServiceDatabase, slug: string, customers: number): Promise<ServiceDatabase> {
  await operatorCommand(database, 'apps', 'create', '--slug', slug, '--name', slug);
  const [app] = await database.query<{ id: string }>('SELECT a.id FROM apps AS a WHERE a.slug = $1', [slug]);
  if (app === undefined) throw new Error(`the app "${slug}" was not created`);
  const key = await operatorCommand(database, 'keys', 'create', '--app', slug, '--name', 'bench');
  const service = { ...database, appId: app.id, key };
  await addCustomers(service, customers);
  return service;
}

/** A service database that is there already. Keys are shown once only, so it gets a new one. */
export async function withNewKey(database: Database): Promise<ServiceDatabase> {
  const [app] = await database.query<{ id: string }>(`SELECT a.id FROM apps AS a WHERE a.slug = 'bench'`);
  if (app === undefined) throw new Error(`the database ${database.name} has no app "bench"`);
  const key = await operatorCommand(database, 'keys', 'create', '--app', 'bench', '--name', 'bench');
  return { ...database, appId: app.id, key };
}

/** The production build, with its defaults but for the rate limits, which would measure themselves. */
export function startService(
  engine: Engine,
  database: Database,
  cpuProf: string | undefined,
  script = serviceFile('main.js'),
  settings: Readonly<Record<string, string>> = {},
  node?: string,
): Promise<ServerProcess> {
  return startServer({
    script,
    node,
    logFile: join(engine.folder, `service-${database.name}.log`),
    environment: {
      DATABASE_URL: database.url,
      HOST: '127.0.0.1',
      PORT: '0',
      RATE_LIMITS: '0',
      READ_LIMITS: '0',
      ...settings,
    },
    nodeArguments: [...NODE_FLAGS, ...(cpuProf === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', cpuProf])],
  });
}

async function addCustomers({ appId, query }: ServiceDatabase, count: number): Promise<void> {
  const externalIds = Array.from({ length: count }, (_, index) => externalId(index));
  await query(
    `INSERT INTO customers (id, app_id, external_id, email, name, metadata, created_at, updated_at)
     SELECT c.id, $1, c.external_id, c.external_id || '@example.com', c.external_id, '{}', now(), now()
     FROM unnest($2::text[], $3::text[]) AS c (id, external_id)`,
    [appId, externalIds.map((id) => customerIdOf(appId, id)), externalIds],
  );
}

export const externalId = (index: number): string => `user_${index}`;

async function operatorCommand(database: Database, ...words: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [...NODE_FLAGS, serviceFile('cli.js'), ...words], {
    // No .env of the checkout there.
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, DATABASE_URL: database.url },
  });
  return stdout.trim();
}

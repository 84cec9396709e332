import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../libs/embedded-postgres/embedded-postgres.ts';
import { program, startNode, until, type Child } from '../../support/child.ts';
import { CommandRunner } from '../../support/command-runner.ts';
import { copyNewCluster } from '../../support/new-cluster.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { Ledger, verdictOn, type Verdict } from './ledger.ts';

/** The built service, in a process of its own. */
export interface Instance {
  readonly port: number;
  readonly child: Child;
  /** The status of a GET (where there is one, at the port for operations), and how long it took; 0 where nothing answers. */
  get(path: string): Promise<{ status: number; body: string; ms: number }>;
  /** Resident memory of the process, in MiB. */
  rssMiB(): number;
}

/** A PostgreSQL of its own, a proxy in front of it, and as many instances of the service as a drill wants. */
export class DrillRig {
  readonly instances: Instance[] = [];
  readonly ledgers: Ledger[] = [];
  key = '';
  private engine: Pick<EmbeddedPostgres, 'url' | 'stop'> | null = null;
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'customer-events-drill-'));
  private readonly commands = new CommandRunner(this.dataDir);
  private proxyInFront: FaultProxy | undefined;

  static async start(): Promise<DrillRig> {
    const rig = new DrillRig();
    // As root, PostgreSQL runs under another account, which must be able to go in.
    chmodSync(rig.dataDir, 0o711);
    copyNewCluster(rig.dataDir);
    await rig.startDatabase();
    rig.proxyInFront = await startFaultProxy(
      join(new URL(rig.directUrl).searchParams.get('host') as string, '.s.PGSQL.5432'),
    );
    return rig;
  }

  /** On a database that is there already, and stays; without a proxy in front of it. */
  static on(url: string): DrillRig {
    const rig = new DrillRig();
    rig.engine = { url: () => url, stop: () => Promise.resolve() };
    return rig;
  }

  /** A rig with an app, a key and an instance that serves, and the customer to whom all events of a drill belong. */
  static async serving(settings: Record<string, string> = {}): Promise<{ rig: DrillRig; instance: Instance }> {
    const rig = await DrillRig.start();
    await rig.prepare();
    const instance = await rig.startReady(settings);
    await rig.createCustomer(instance);
    return { rig, instance };
  }

  get proxy(): FaultProxy {
    return this.proxyInFront as FaultProxy;
  }

  /** Past the proxy. */
  get directUrl(): string {
    return (this.engine as EmbeddedPostgres).url();
  }

  /** Through the proxy, where there is one. */
  get databaseUrl(): string {
    if (this.proxyInFront === undefined) return this.directUrl;
    const url = new URL(this.directUrl);
    return `postgres://${url.username}:${url.password}@127.0.0.1:${this.proxy.port}/postgres`;
  }

  async startDatabase(): Promise<void> {
    this.engine = await startEmbeddedPostgres({ dataDir: this.dataDir, settings: { max_connections: 100 } });
  }

  async stopDatabase(): Promise<void> {
    await this.engine?.stop();
  }

  /** The process id of the postmaster. */
  postmaster(): number {
    return Number(readFileSync(join(this.dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
  }

  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.directUrl });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(sql, parameters)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  /** A session that holds something until it is told to let go. */
  async session(sql: string): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: this.directUrl });
    client.on('error', () => {});
    await client.connect();
    await client.query(sql);
    return () => client.end();
  }

  /** The schema, an app and a key. */
  async prepare(): Promise<void> {
    await this.cli('migrate');
    await this.cli('apps', 'create', '--slug', 'acme', '--name', 'Acme');
    this.key = await this.createKey('acme');
  }

  async createKey(app: string): Promise<string> {
    return (await this.cli('keys', 'create', '--app', app, '--name', 'drill')).trim();
  }

  async createCustomer({ port }: Instance, externalId = 'user_42'): Promise<void> {
    const body = JSON.stringify({ email: `${externalId}@example.com`, name: 'Ada' });
    const call = request({
      port,
      host: '127.0.0.1',
      method: 'PATCH',
      path: `/api/v1/customers/${externalId}`,
      headers: { 'X-API-Key': this.key, 'Content-Type': 'application/json', 'Content-Length': body.length },
    });
    call.end(body);
    const [response] = (await once(call, 'response')) as [{ statusCode: number; resume(): void }];
    response.resume();
    if (response.statusCode > 201) throw new Error(`the customer could not be created: ${response.statusCode}`);
  }

  /** A POST with the key of the rig. */
  post({ port }: Instance, path: string, body: object): Promise<Response> {
    return fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
      method: 'POST',
      headers: { 'X-API-Key': this.key, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** What a command prints, which runs after those before it. */
  async cli(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.commands.run(args, this.environment());
    if (code !== 0) throw new Error(`cli ${args.join(' ')} failed: ${stderr}`);
    return stdout;
  }

  /** A command in a process of its own. */
  startCli(...args: string[]): Child {
    return startNode(program('src/cli.js', ...args), { env: this.environment(), cwd: this.dataDir });
  }

  /** Starts an instance and waits until it listens, not until it has found its database. */
  async startInstance(settings: Record<string, string> = {}): Promise<Instance> {
    const port = Number(settings.PORT ?? (await freePort()));
    const env = {
      ...process.env,
      DATABASE_URL: this.databaseUrl,
      HOST: '127.0.0.1',
      RATE_LIMITS: '0',
      READ_LIMITS: '0',
      LOG_LEVEL: 'warn',
      ...settings,
      PORT: String(port),
    };
    const child = startNode(program('src/main.js'), { env, cwd: this.dataDir });
    const asked = Number(settings.OPERATIONS_PORT ?? port);
    const instance = { port, child, get: (path: string) => get(asked, path), rssMiB: () => rssMiB(child) };
    this.instances.push(instance);
    await until(async () => {
      if (child.process.exitCode !== null) throw new Error(child.output());
      return (await instance.get('/health/live')).status === 200;
    });
    return instance;
  }

  /** Starts an instance and waits until it has found its database. */
  async startReady(settings: Record<string, string> = {}): Promise<Instance> {
    const instance = await this.startInstance(settings);
    await until(async () => (await instance.get('/health/ready')).status === 200);
    return instance;
  }

  /** A sender of its own for one drill, which begins with an empty timeline. */
  async ledger(instance: Instance, options: { eventIds: boolean }): Promise<Ledger> {
    await this.query('TRUNCATE customer_events');
    const ledger = new Ledger(instance.port, this.key, options.eventIds);
    this.ledgers.push(ledger);
    return ledger;
  }

  async verdict(ledger: Ledger): Promise<Verdict> {
    const rows = await this.query<{ n: number }>("SELECT (t.payload->>'n')::int AS n FROM customer_events AS t");
    return verdictOn(
      ledger.entries,
      rows.map(({ n }) => n),
    );
  }

  async stopInstances(): Promise<void> {
    for (const { child } of this.instances.splice(0)) {
      child.kill('SIGKILL');
      await child.ends();
    }
  }

  async close(): Promise<void> {
    for (const ledger of this.ledgers) ledger.close();
    await this.commands.close();
    await this.stopInstances();
    await this.proxyInFront?.close();
    await this.stopDatabase();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private environment(): NodeJS.ProcessEnv {
    return { ...process.env, DATABASE_URL: this.directUrl };
  }
}

function get(port: number, path: string): Promise<{ status: number; body: string; ms: number }> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const done = (status: number, body: string): void => resolve({ status, body, ms: performance.now() - startedAt });
    const call = request({ port, host: '127.0.0.1', path, agent: false });
    call.setTimeout(10_000, () => call.destroy());
    call.on('error', () => done(0, ''));
    call.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', () => done(0, text));
      response.on('end', () => done(response.statusCode as number, text));
    });
    call.end();
  });
}

function rssMiB({ process }: Child): number {
  const status = readFileSync(`/proc/${process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

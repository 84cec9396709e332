import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { program } from '../../libs/embedded-postgres/binaries.ts';
import { PROGRAM_ENVIRONMENT, SUPERUSER } from '../../libs/embedded-postgres/cluster.ts';
import { openHome, type Home } from '../../libs/embedded-postgres/home.ts';
import {
  lastLogLines,
  runningPostmaster,
  runPostmaster,
  type Postmaster,
} from '../../libs/embedded-postgres/postmaster.ts';
import { giveTo } from '../../libs/embedded-postgres/run-as.ts';
import { freePort } from './free-port.ts';
import { queryOnce } from './query-once.ts';
import { until } from './until.ts';

const DATABASE = 'events';
const HOST = '127.0.0.1';

/** As docs/scaling.md wants them of every node; small ones, since all nodes share this machine. */
const SETTINGS = {
  shared_preload_libraries: 'citus',
  listen_addresses: HOST,
  max_connections: 300,
  max_prepared_transactions: 200,
  wal_level: 'logical',
  deadlock_timeout: '100ms',
  shared_buffers: '64MB',
  // Each takes its time to be made: enough that both workers have some.
  'citus.shard_count': 8,
  'citus.node_conninfo': 'sslmode=disable',
  'citus.enable_statistics_collection': 'off',
};

/**
 * The folder of PostgreSQL's programs to which Citus was added, of TEST_CITUS_BIN; undefined where it is not set.
 * It is never looked for: whether Citus is tested is decided by who runs the tests.
 *
 * @throws where the folder is not one.
 */
export function citusPrograms(): string | undefined {
  const folder = process.env.TEST_CITUS_BIN;
  if (folder === undefined || folder === '') return undefined;
  if (basename(folder) !== 'bin' || !existsSync(join(folder, 'initdb'))) {
    throw new Error(
      `TEST_CITUS_BIN is "${folder}", which has no initdb in it: set it to the folder "bin" of a PostgreSQL with Citus, or unset it`,
    );
  }
  return folder;
}

/** One server: the coordinator, or a worker. It trusts whoever comes from this machine. */
class CitusNode {
  readonly port: number;
  private readonly folder = mkdtempSync(join(tmpdir(), 'citus-node-'));
  private readonly home: Home;
  private postmaster: Postmaster | undefined;

  private constructor(
    private readonly binaries: string,
    port: number,
  ) {
    this.port = port;
    chmodSync(this.folder, 0o711);
    this.home = openHome(this.folder, () => {});
    this.initialise();
  }

  /** A new node that runs, with a database that has the extension. */
  static async start(binaries: string): Promise<CitusNode> {
    const node = new CitusNode(binaries, await freePort());
    await node.start();
    await node.query(`CREATE DATABASE ${DATABASE}`, 'postgres');
    await node.query('CREATE EXTENSION citus');
    return node;
  }

  get url(): string {
    return `postgres://${SUPERUSER}@${HOST}:${this.port}/${DATABASE}`;
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    const postmaster = runPostmaster(
      this.binaries,
      this.home,
      { host: this.home.socketFolder, port: this.port },
      SETTINGS,
    );
    this.postmaster = postmaster;
    let ended: string | undefined;
    void postmaster.ended.then((reason) => (ended = reason));
    await until(async () => {
      if (ended !== undefined) throw new Error(`the node has ended (${ended}):\n${lastLogLines(this.home)}`);
      return this.query('SELECT 1', 'postgres').then(
        () => true,
        () => false,
      );
    });
  }

  /** As if the machine had lost its power, but for what the kernel has: nothing is finished, nobody is told. */
  async kill(): Promise<void> {
    const pid = runningPostmaster(this.home);
    // Its processes would live on until they notice, and answer: all of them go at once.
    const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
    process.kill(pid, 'SIGKILL');
    for (const child of stdout.split('\n').map(Number).filter(Boolean)) killIfAlive(child);
    await this.postmaster?.ended;
    this.postmaster = undefined;
  }

  /** Takes back what ALTER SYSTEM has set, while the node does not run. */
  forgetSettings(): void {
    const path = join(this.home.cluster, 'postgresql.auto.conf');
    writeFileSync(path, '');
    giveTo(this.home.account, path);
  }

  query<Row>(sql: string, database = DATABASE): Promise<Row[]> {
    return queryOnce<Row>({ host: HOST, port: this.port, user: SUPERUSER, database }, sql);
  }

  async close(): Promise<void> {
    this.postmaster?.stop();
    await this.postmaster?.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private initialise(): void {
    const { account, cluster } = this.home;
    mkdirSync(cluster, { mode: 0o700 });
    giveTo(account, cluster);
    const { status, stderr, error } = spawnSync(
      program(this.binaries, 'initdb'),
      ['-D', cluster, '-U', SUPERUSER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      { uid: account.uid, gid: account.gid, cwd: '/', env: PROGRAM_ENVIRONMENT, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`initdb failed as ${account.name}: ${stderr || String(error)}`);
  }
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** A coordinator and its workers on this machine, for one test. */
export class CitusCluster {
  readonly workers: CitusNode[] = [];

  private constructor(
    private readonly binaries: string,
    private readonly coordinator: CitusNode,
  ) {}

  /** @param bin a folder as of {@link citusPrograms}. */
  static async start(bin: string, workers = 2): Promise<CitusCluster> {
    const binaries = dirname(bin);
    const coordinator = await CitusNode.start(binaries);
    const cluster = new CitusCluster(binaries, coordinator);
    await cluster.query(`SELECT citus_set_coordinator_host('${HOST}', ${coordinator.port})`);
    for (let count = 0; count < workers; count++) await cluster.addWorker();
    return cluster;
  }

  /** Of the coordinator. */
  get url(): string {
    return this.coordinator.url;
  }

  query<Row>(sql: string): Promise<Row[]> {
    return this.coordinator.query<Row>(sql);
  }

  /** A node more, which has no shards until {@link rebalance}. */
  async addWorker(): Promise<CitusNode> {
    const worker = await CitusNode.start(this.binaries);
    this.workers.push(worker);
    await this.query(`SELECT citus_add_node('${HOST}', ${worker.port})`);
    return worker;
  }

  /** Moves shards until all workers have as many, by logical replication, so that writes go on. */
  async rebalance(): Promise<void> {
    await this.query(`SELECT citus_rebalance_start(shard_transfer_mode => 'force_logical')`);
    await this.query('SELECT citus_rebalance_wait()');
  }

  /** What a node had promised to commit when it died is committed, which Citus does by itself once a minute. */
  async recoverTransactions(): Promise<void> {
    await this.query('SELECT recover_prepared_transactions()');
  }

  /** External id of each customer → the port of the worker that has its rows. */
  async workerOfCustomers(): Promise<Map<string, number>> {
    const rows = await this.query<{ external_id: string; nodeport: number }>(`
      SELECT c.external_id, s.nodeport
      FROM (SELECT c.external_id, get_shard_id_for_distribution_column('customers', c.id) AS shardid FROM customers AS c) AS c
      JOIN citus_shards AS s ON s.shardid = c.shardid`);
    return new Map(rows.map(({ external_id, nodeport }) => [external_id, nodeport]));
  }

  async close(): Promise<void> {
    for (const node of [this.coordinator, ...this.workers]) await node.close();
  }
}

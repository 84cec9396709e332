import { spawnSync, type SpawnOptions } from 'node:child_process';
import { mkdtempSync, chmodSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../libs/embedded-postgres/start-lock.ts';
import { program, startNode, until, type Child } from './child.ts';
import { ERASURE_SECRET } from './erasure-secret.ts';
import { CommandRunner, type CommandOutcome } from './command-runner.ts';
import { copyNewCluster } from './new-cluster.ts';

export { freePort } from './free-port.ts';

/** A folder for `.data`, and the processes of the service and its commands that use it. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'customer-events-'));
  readonly dataDir = join(this.folder, 'data');
  private readonly children: Child[] = [];
  private readonly commands = new CommandRunner(this.folder);

  constructor() {
    chmodSync(this.folder, 0o755);
  }

  /** With a new cluster in its data folder: a first start there needs no initdb. */
  static withCluster(): Workplace {
    const workplace = new Workplace();
    copyNewCluster(workplace.dataDir);
    return workplace;
  }

  /** `npm start`, without npm; only these settings are set. */
  start(settings: Record<string, string> = {}): Child {
    return this.run(['src/main.js'], { HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info', ...settings });
  }

  /** `npm run cli -- …`, without npm. Only with `'pipe'` it has a standard input. */
  cli(args: string[], settings: Record<string, string> = {}, stdin: 'ignore' | 'pipe' = 'ignore'): Child {
    return this.run(['src/cli.js', ...args], settings, { stdio: [stdin, 'pipe', 'pipe'] });
  }

  /** The same without a process to itself: commands run one after the other. */
  command(args: readonly string[], settings: Record<string, string> = {}): Promise<CommandOutcome> {
    return this.commands.run(args, this.environment(settings));
  }

  /** The same with the line on stderr that names its database. */
  wholeCommand(args: readonly string[], settings: Record<string, string> = {}): Promise<CommandOutcome> {
    return this.commands.runWhole(args, this.environment(settings));
  }

  /** A start that ends because of its settings, without a process to itself either. */
  refusedStart(settings: Record<string, string>): Promise<CommandOutcome> {
    return this.commands.refusedStart(this.environment(settings));
  }

  async close(): Promise<void> {
    const postmaster = this.postmasterPid();
    await this.commands.close();
    for (const child of this.children) {
      child.kill('SIGKILL');
      await child.ends();
    }
    await until(() => !isAlive(postmaster) && !isAlive(this.postmasterPid()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** 0 where no PostgreSQL has this data. */
  postmasterPid(): number {
    try {
      return Number(readFileSync(join(this.dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
    } catch {
      return 0;
    }
  }

  /** The command lines of all processes that have something to do with this folder. */
  processes(): string[] {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' });
    return stdout.split('\n').filter((line) => line.includes(this.folder));
  }

  private run([file = '', ...args]: string[], settings: Record<string, string>, options: SpawnOptions = {}): Child {
    const env = this.environment(settings);
    const child = startNode(program(file, ...args), { cwd: this.folder, env, ...options });
    this.children.push(child);
    return child;
  }

  private environment(settings: Record<string, string>): Record<string, string | undefined> {
    // The same as in test-service.ts: a command must know by what the service keeps erased ids.
    const secret = settings.DATABASE_URL === undefined ? {} : { ERASURE_SECRET };
    return { PATH: process.env.PATH, DATA_DIR: this.dataDir, ...secret, ...settings };
  }
}

/** The address that a service logs when it is ready. */
export const servesAt = async (child: Child): Promise<string> =>
  (await child.prints(/"url":"(http:[^"]+)","msg":"ready"/))[1] as string;

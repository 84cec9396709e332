import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, startNode, type Child } from './child.ts';
import { originOf, startTestService, type TestService } from './test-service.ts';

const PROGRAM = join(ROOT, 'client/dist/cli/main.js');

export interface ClientOutcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line of the client, in processes of their own, in a folder of their own. */
export class ClientCommands {
  readonly folder = mkdtempSync(join(tmpdir(), 'client-cli-'));
  private readonly children: Child[] = [];

  /**
   * @param settings all of its environment but PATH.
   * @param input its standard input; undefined: there is none. Where it is to stay open, its caller writes to `process.stdin`.
   */
  start(
    args: readonly string[],
    settings: Readonly<Record<string, string>>,
    input?: string | Buffer | 'open',
    nodeFlags: readonly string[] = [],
  ): Child {
    const child = startNode([...nodeFlags, PROGRAM, ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, ...settings },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    // It may end without having read all.
    child.process.stdin?.on('error', () => {});
    if (input !== 'open') child.process.stdin?.end(input);
    this.children.push(child);
    return child;
  }

  async run(...start: Parameters<ClientCommands['start']>): Promise<ClientOutcome> {
    return outcomeOf(this.start(...start));
  }

  async close(): Promise<void> {
    for (const child of this.children) {
      child.kill('SIGKILL');
      await child.ends();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function outcomeOf(child: Child): Promise<ClientOutcome> {
  const { code, signal } = await child.ends();
  return { code, signal, stdout: child.stdout(), stderr: child.stderr() };
}

/** The command line, and a service of its own that it reaches by its settings. */
export interface ServedClient {
  readonly commands: ClientCommands;
  readonly service: TestService;
  readonly settings: Readonly<{ CUSTOMER_EVENTS_URL: string; CUSTOMER_EVENTS_KEY: string }>;
  close(): Promise<void>;
}

export async function startServedClient(): Promise<ServedClient> {
  const commands = new ClientCommands();
  const service = await startTestService();
  return {
    commands,
    service,
    settings: { CUSTOMER_EVENTS_URL: originOf(service), CUSTOMER_EVENTS_KEY: service.key },
    close: async () => {
      await commands.close();
      await service.close();
    },
  };
}

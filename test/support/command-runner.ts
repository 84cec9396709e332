import { once } from 'node:events';
import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import { NODE_FLAGS, startNode, type Child } from './child.ts';

/** How an operator command ended, and what it printed: see {@link steadyOutput}. */
export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Settings = Readonly<Record<string, string | undefined>>;

/** What a command with a process to itself has come to. */
export async function outcomeOf(command: Child): Promise<CommandOutcome> {
  const { code } = await command.ends();
  const stdout = command.stdout();
  return { code, stdout, stderr: steadyOutput(command.stderr()) };
}

const DATABASE_LINE = /^Using the (?:embedded )?database .*\n/m;
/** A line every five seconds: a fast machine prints none. */
const PROGRESS_LINES =
  /^(?:(?:events|customers)(?:, looked at)?: \d+ lines, \d+\/s, .*|(?:export|deletion): \d+ customers, \d+ events)\n/gm;

/** What a command has printed, without the line that names its database, and without its progress. */
export const steadyOutput = (output: string): string => output.replace(DATABASE_LINE, '').replace(PROGRESS_LINES, '');

/** A process that runs commands one after the other, and the last one that it was given. */
interface SharedProcess {
  child: Child | undefined;
  last: Promise<unknown>;
}

/** The modules of `test/` are made anew for each test file; this is there once for each of Jest's workers. */
const shared = ((globalThis as Record<symbol, unknown>)[Symbol.for('command-runner-process')] ??= {
  child: undefined,
  last: Promise.resolve(),
}) as SharedProcess;

/**
 * Runs built operator commands in one process, one after the other. Node takes one to two seconds to load what a
 * command needs, and here it does so once for all test files of a Jest worker; the process ends with that worker. A
 * command that is about signals, standard input or its process needs a process to itself: `Workplace.cli`.
 */
export class CommandRunner {
  private unfinished = 0;

  /** @param folder the working directory of the commands. */
  constructor(private readonly folder: string) {}

  /** @param settings the whole environment of the command. */
  async run(args: readonly string[], settings: Settings): Promise<CommandOutcome> {
    const outcome = await this.runWhole(args, settings);
    return { ...outcome, stderr: steadyOutput(outcome.stderr) };
  }

  /** The same with the line that names its database. */
  runWhole(args: readonly string[], settings: Settings): Promise<CommandOutcome> {
    return this.inTurn('cli.js', args, settings);
  }

  /** A start of the service that ends because of its settings, before anything of it has begun. */
  refusedStart(settings: Settings): Promise<CommandOutcome> {
    return this.inTurn('main.js', [], settings);
  }

  /** Ends a command that still runs, and the process with it; the next command gets a new one. */
  async close(): Promise<void> {
    if (this.unfinished === 0) return;
    shared.child?.kill('SIGKILL');
    await shared.child?.ends();
  }

  private inTurn(program: string, args: readonly string[], settings: Settings): Promise<CommandOutcome> {
    this.unfinished++;
    const outcome = shared.last
      .then(() => this.runNext(program, args, settings))
      .finally(() => {
        this.unfinished--;
      });
    shared.last = outcome.catch(() => {});
    return outcome;
  }

  private async runNext(program: string, args: readonly string[], settings: Settings): Promise<CommandOutcome> {
    shared.child ??= startRunner();
    const { process, ends, output } = shared.child;
    const ended = ends().then(() => {
      shared.child = undefined;
      throw new Error(`ended during ${program} ${args.join(' ')}:\n${output()}`);
    });
    // It keeps Jest running only as long as a command runs.
    process.channel?.ref();
    process.send({ program, args, settings, folder: this.folder });
    try {
      const [outcome] = (await Promise.race([once(process, 'message'), ended])) as [CommandOutcome];
      return outcome;
    } finally {
      process.channel?.unref();
    }
  }
}

function startRunner(): Child {
  const child = startNode([...NODE_FLAGS, resolve(import.meta.dirname, 'command-runner-process.js')], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.process.unref();
  for (const stream of [child.process.stdout, child.process.stderr]) (stream as Socket | null)?.unref();
  return child;
}

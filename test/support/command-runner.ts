import { once } from 'node:events';
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

/**
 * Runs built operator commands, one after the other, in one process of their own that ends with {@link close}.
 * Node takes one to two seconds to load what a command needs, and here it does so once. A command that is about
 * signals, standard input or its process needs a process to itself: `Workplace.cli`.
 */
export class CommandRunner {
  private child: Child | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /** @param folder the working directory of the commands. */
  constructor(private readonly folder: string) {}

  /** @param settings the whole environment of the command. */
  async run(args: readonly string[], settings: Settings): Promise<CommandOutcome> {
    const outcome = await this.runWhole(args, settings);
    return { ...outcome, stderr: steadyOutput(outcome.stderr) };
  }

  /** The same with the line that names its database. */
  runWhole(args: readonly string[], settings: Settings): Promise<CommandOutcome> {
    const outcome = this.last.then(() => this.runNext(args, settings));
    this.last = outcome.catch(() => {});
    return outcome;
  }

  async close(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.child?.ends();
  }

  private async runNext(args: readonly string[], settings: Settings): Promise<CommandOutcome> {
    this.child ??= startNode([...NODE_FLAGS, resolve(import.meta.dirname, 'command-runner-process.js')], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const { process, ends, output } = this.child;
    const ended = ends().then(() => {
      throw new Error(`ended during ${args.join(' ')}:\n${output()}`);
    });
    process.send({ args, settings });
    const [outcome] = (await Promise.race([once(process, 'message'), ended])) as [CommandOutcome];
    return outcome;
  }
}

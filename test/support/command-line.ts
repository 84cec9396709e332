import { steadyOutput } from './command-runner.ts';
import { ERASURE_SECRET } from './erasure-secret.ts';
import { jest } from '@jest/globals';
import { CommanderError, type Command } from 'commander';
import { commands } from '../../src/cli/commands/commands.ts';
import { errorMessage } from '../../src/cli/error-message.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs an operator command in this process, as `src/cli.ts` does: a process for each would take seconds. One at a time:
 * what is printed meanwhile is taken for its output.
 *
 * @param settings the environment that it sees.
 */
export async function runCommand(settings: Readonly<Record<string, string>>, ...args: string[]): Promise<Outcome> {
  const printed = { stdout: '', stderr: '' };
  const ended = (code: number, message = ''): Outcome => ({
    code,
    stdout: printed.stdout,
    stderr: steadyOutput(printed.stderr) + message,
  });
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += String(text);
      return true;
    }),
  );
  const [environment, exitCode] = [process.env, process.exitCode];
  // The secret of the test services: a command must know by what they keep erased ids.
  process.env = { ERASURE_SECRET, ...settings };
  process.exitCode = 0;
  try {
    await endingByErrors(commands()).parseAsync(args, { from: 'user' });
    return ended(Number(process.exitCode ?? 0));
  } catch (error) {
    if (error instanceof CommanderError) return ended(error.exitCode);
    const message = errorMessage(error);
    if (typeof message !== 'string') throw error;
    return ended(1, `${message}\n`);
  } finally {
    process.env = environment;
    process.exitCode = exitCode;
    spies.forEach((spy) => spy.mockRestore());
  }
}

/** Where it would end this process, it throws. */
function endingByErrors(command: Command): Command {
  command.exitOverride();
  command.commands.forEach(endingByErrors);
  return command;
}

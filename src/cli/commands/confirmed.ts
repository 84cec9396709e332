import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { OperatorError } from '../error-message.ts';

/** Where a question is asked and answered. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/** What an operator confirms by a name. */
export interface Confirmation {
  readonly name: string;
  /** What is asked where there is a terminal, ending in what has to be typed. */
  readonly question: string;
  /** What is said first where it was not confirmed, such as `Nothing was deleted`. */
  readonly refusal: string;
  /** What the name is, such as `the slug`. */
  readonly nameIs: string;
}

/**
 * Lets an operator confirm something by a name: by the option `--confirm`, or by typing it.
 *
 * @param given with the option; undefined: it is asked for, which takes a terminal.
 * @throws {OperatorError} where it was not confirmed.
 */
export async function requireConfirmed(
  { name, question, refusal, nameIs }: Confirmation,
  given: string | undefined,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  if (given === undefined && terminal.input.isTTY !== true)
    throw new OperatorError(`${refusal}: there is no terminal to ask on, so confirm it with --confirm ${name}`);
  const answer = given ?? (await asked(question, terminal));
  if (answer !== name) throw new OperatorError(`${refusal}: "${answer}" is not ${nameIs} "${name}"`);
}

async function asked(question: string, { input, output }: Terminal): Promise<string> {
  const lines = createInterface({ input, output });
  try {
    // Where the input ends, no answer comes.
    const ended = once(lines, 'close').then(() => '');
    return (await Promise.race([lines.question(question), ended])).trim();
  } finally {
    lines.close();
  }
}

import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { OperatorError } from '../error-message.ts';

/** Where a question is asked and answered. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/** What is confirmed. */
export interface Confirmation {
  /** Asked on a terminal. */
  readonly question: (slug: string) => string;
  /** The beginning of what is said where it was not confirmed. */
  readonly nothingDone: string;
}

const DELETION: Confirmation = {
  question: (slug) =>
    `This deletes the app "${slug}" with all its customers, events and keys, for good. Type its slug: `,
  nothingDone: 'Nothing was deleted',
};

/**
 * Lets an operator confirm by the slug of an app what cannot be taken back: by an option, or by typing it.
 *
 * @param given with the option; undefined: it is asked for, which takes a terminal.
 * @throws {OperatorError} where it was not confirmed.
 */
export async function requireConfirmed(
  slug: string,
  given: string | undefined,
  terminal: Terminal,
  { question, nothingDone }: Confirmation = DELETION,
): Promise<void> {
  if (given === undefined && terminal.input.isTTY !== true)
    throw new OperatorError(`${nothingDone}: there is no terminal to ask on, so confirm it with --confirm ${slug}`);
  const answer = given ?? (await asked(question(slug), terminal));
  if (answer !== slug) throw new OperatorError(`${nothingDone}: "${answer}" is not the slug "${slug}"`);
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

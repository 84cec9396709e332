import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { OperatorError } from '../error-message.ts';

/** Where a question is asked and answered. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Lets an operator confirm by the slug of an app that all of it is deleted: by an option, or by typing it.
 *
 * @param given with the option; undefined: it is asked for, which takes a terminal.
 * @throws {OperatorError} where it was not confirmed.
 */
export async function requireConfirmed(slug: string, given: string | undefined, terminal: Terminal): Promise<void> {
  if (given === undefined && terminal.input.isTTY !== true)
    throw new OperatorError(
      `Nothing was deleted: there is no terminal to ask on, so confirm it with --confirm ${slug}`,
    );
  const answer = given ?? (await asked(slug, terminal));
  if (answer !== slug) throw new OperatorError(`Nothing was deleted: "${answer}" is not the slug "${slug}"`);
}

async function asked(slug: string, { input, output }: Terminal): Promise<string> {
  const lines = createInterface({ input, output });
  try {
    const question = `This deletes the app "${slug}" with all its customers, events and keys, for good. Type its slug: `;
    // Where the input ends, no answer comes.
    const ended = once(lines, 'close').then(() => '');
    return (await Promise.race([lines.question(question), ended])).trim();
  } finally {
    lines.close();
  }
}

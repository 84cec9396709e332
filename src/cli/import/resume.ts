import { hash } from 'node:crypto';
import { OperatorError } from '../error-message.ts';
import { tell } from '../printable.ts';
import type { ImportState } from './import-state.ts';

export interface ResumeOptions {
  readonly path: string;
  readonly appSlug: string;
  /** Go on where an earlier import ended. */
  readonly resume: boolean;
  /** What may be stored a second time by it is accepted. */
  readonly again: boolean;
  readonly dryRun: boolean;
}

/**
 * The state to go on from; null: from the beginning.
 *
 * @throws {OperatorError} where events would be stored a second time, or there is nothing to go on from.
 */
export function stateToGoOnFrom(state: ImportState | null, options: ResumeOptions): ImportState | null {
  const { path, appSlug, resume, again, dryRun } = options;
  if (!resume) {
    if (state !== null && !dryRun) {
      if (!again) requireNothingTwice(state, path);
      // Of one that did not come to its first line there is nothing to tell.
      if (state.throughLine > 0) {
        tell(
          `An earlier import of ${path} ended after line ${state.throughLine}; this one begins at line 1 again (--resume goes on there)`,
        );
      }
    }
    return null;
  }
  if (state === null) throw new OperatorError(`There is no interrupted import of ${path} that could be resumed`);
  if (state.app !== appSlug)
    throw new OperatorError(`The interrupted import of ${path} was for the app "${state.app}"`);
  const { begun } = state;
  if (begun !== undefined && begun.withoutEventId > 0 && !again) {
    throw new OperatorError(
      `It is not known what is stored of lines ${state.throughLine + 1} to ${begun.throughLine} of ${path}: ` +
        `${events(begun.withoutEventId)} without an eventId may be stored already, and would be stored again. ` +
        'Look at their timelines; --resume --again goes on all the same',
    );
  }
  return state;
}

/** @throws {OperatorError} where the part that is settled is not what it was, or would be read in another way. */
export function requireUnchanged(state: ImportState, now: { settled: string; reading: string }, path: string): void {
  const line = lastLine(state);
  if (now.settled !== (state.also?.settled ?? state.settled))
    throw new OperatorError(
      `${path} was changed in the part that was imported already, up to line ${line}. From its beginning ${wouldBeTwice(state)}`,
    );
  if (now.reading !== state.reading)
    throw new OperatorError(
      `${path} would be read otherwise than before line ${line}: the options are others, or a column is no longer of one type (--text, --number and --json-column declare it). From its beginning ${wouldBeTwice(state)}`,
    );
}

/** The last line that a hash was made up to. */
export const lastLine = ({ throughLine, also }: ImportState): number => Math.max(throughLine, ...(also?.lines ?? []));

export const readingHash = (reading: string): string => hash('sha256', reading, 'base64url');

function requireNothingTwice(state: ImportState, path: string): void {
  if (twice(state) === 0) return;
  throw new OperatorError(
    `An earlier import of ${path} ended after line ${state.throughLine}: --resume goes on there. From its beginning ${wouldBeTwice(state)}`,
  );
}

/** At most: what was being written may not be stored. */
const twice = ({ withoutEventId, begun, also }: ImportState): number =>
  withoutEventId + Math.max(begun?.withoutEventId ?? 0, also?.lines.length ?? 0);

function wouldBeTwice(state: ImportState): string {
  const count = twice(state);
  return count === 0
    ? 'nothing is stored twice, as all its events have an eventId: leave --resume out'
    : `${events(count)} without an eventId would be stored a second time: --again does it all the same`;
}

const events = (count: number): string => `${count} ${count === 1 ? 'event' : 'events'}`;

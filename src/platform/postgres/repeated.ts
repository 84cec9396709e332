import { isWorthRepeating } from './storage-errors.ts';
import { storageUnavailable } from './storage-unavailable.ts';

const MAX_ATTEMPTS = 5;

/** What a transaction had read was changed by another one before it could write; nothing of it is stored. */
export class ChangedMeanwhile extends Error {}

/**
 * Runs a transaction, and once more where another one won against it.
 *
 * @param work may be run several times; nothing may be left of a run that throws.
 * @throws SERVICE_UNAVAILABLE where it lost every time; whatever else the work throws.
 */
export async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile) && !isWorthRepeating(error)) throw error;
      if (attempt === MAX_ATTEMPTS) throw storageUnavailable(error);
    }
  }
}

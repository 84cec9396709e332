/**
 * Lets long work take turns with everything else in the process. Such work asks {@link isTurnSpent}
 * after each small step, and waits for {@link nextTurn} where it is:
 *
 *     if (isTurnSpent()) await nextTurn();
 *
 * A turn of the event loop has one slice of time, whatever the number of those who work in it, and
 * those who wait are woken one in each turn, in their order. Were they all woken by `setImmediate`,
 * twenty of them would hold up a request for twenty slices.
 */

/** Milliseconds of work in one turn of the event loop. */
const SLICE_MS = 8;

/** When the work of the present turn began; undefined where nobody has asked in it yet. */
let beganAt: number | undefined;
const waiting: (() => void)[] = [];
let isScheduled = false;

/** Whether the work of this turn has taken its slice of time. The first to ask begins it. */
export function isTurnSpent(): boolean {
  const now = performance.now();
  if (beganAt === undefined) {
    beganAt = now;
    schedule();
    return false;
  }
  return now - beganAt >= SLICE_MS;
}

/** Resolves in a later turn of the event loop, after those who have waited for longer. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    schedule();
  });
}

/** Calls `work` for each of many items, in turns with everything else. */
export async function eachInTurns<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  for (const item of items) {
    work(item);
    if (isTurnSpent()) await nextTurn();
  }
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(beginTurn);
}

function beginTurn(): void {
  isScheduled = false;
  beganAt = undefined;
  const wake = waiting.shift();
  if (wake === undefined) return;
  beganAt = performance.now();
  schedule();
  wake();
}

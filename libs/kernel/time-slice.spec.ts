import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { isTurnSpent, nextTurn } from './time-slice.ts';

describe('a time slice', () => {
  // Time passes only where there is work: this process may wait for a processor for longer than a slice.
  let now = 0;
  /** Works until the slice of the turn is spent. */
  const work = (): void => {
    while (!isTurnSpent()) now++;
  };

  beforeAll(() => void jest.spyOn(performance, 'now').mockImplementation(() => now));
  afterAll(() => {
    jest.restoreAllMocks();
  });

  it('is begun by the first who asks, and shared by all who work in the same turn', async () => {
    await nextTurn();
    expect(isTurnSpent()).toBe(false);
    work();
    expect(isTurnSpent()).toBe(true);
    await nextTurn();
    expect(isTurnSpent()).toBe(false);
  });

  it('is over with its turn, also where nobody waits for the next one', async () => {
    await nextTurn();
    work();
    await setImmediate();
    await setImmediate();
    expect(isTurnSpent()).toBe(false);
  });

  it('belongs to one of those who wait: in each turn one is woken, in their order', async () => {
    let turn = 0;
    let counting = true;
    const counter = (async () => {
      for (; counting; turn++) await setImmediate();
    })();
    const woken: [worker: number, turn: number][] = [];
    const worker = async (id: number): Promise<void> => {
      for (let step = 0; step < 3; step++) {
        await nextTurn();
        woken.push([id, turn]);
        work();
      }
    };
    await Promise.all([1, 2, 3, 4].map(worker));
    counting = false;
    await counter;
    expect(woken.map(([id]) => id)).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
    expect(new Set(woken.map(([, at]) => at)).size).toBe(12);
  });
});

import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { FairQueue } from './fair-queue.ts';

describe('FairQueue', () => {
  /** Works that end when they are told to, and the order in which they began. */
  const rig = (places: number, maxWaitMs = 60_000) => {
    const queue = new FairQueue(places, maxWaitMs, () => new Error('too late'));
    const began: string[] = [];
    const ends: (() => void)[] = [];
    const start = (owner: string): Promise<void> => {
      const work = queue.run(owner, () => {
        began.push(owner);
        return new Promise<void>((resolve) => ends.push(resolve));
      });
      // Where the test has ended, nobody looks at it.
      work.catch(() => {});
      return work;
    };
    const endOne = async (): Promise<void> => {
      ends.shift()?.();
      await setImmediate();
    };
    return { queue, began, start, endOne };
  };

  it('leaves one place to others, however much an owner wants', () => {
    const { began, start, queue } = rig(4);
    for (let n = 0; n < 10; n++) void start('a');
    expect(began).toEqual(['a', 'a', 'a']);
    void start('b');
    expect(began).toEqual(['a', 'a', 'a', 'b']);
    expect(queue.waiting).toBe(7);
  });

  it('gives each owner that waits a place in turn', async () => {
    const { began, start, endOne } = rig(2);
    for (let n = 0; n < 5; n++) void start('a');
    for (const owner of ['b', 'c', 'b', 'c']) void start(owner);
    expect(began).toEqual(['a', 'a']);
    for (let n = 0; n < 7; n++) await endOne();
    expect(began.join('')).toBe('aaabcabca');
  });

  it('has one place for everybody where it has one at all', async () => {
    const { began, start, endOne } = rig(1);
    for (const owner of ['a', 'a', 'b']) void start(owner);
    expect(began).toEqual(['a']);
    await endOne();
    await endOne();
    expect(began).toEqual(['a', 'a', 'b']);
  });

  it('does not begin what waited too long, and goes on with the others', async () => {
    const { began, start, endOne, queue } = rig(2, 30);
    void start('a');
    void start('b');
    await expect(start('a')).rejects.toThrow('too late');
    expect(queue.waiting).toBe(0);
    await endOne();
    void start('a');
    expect(began).toEqual(['a', 'b', 'a']);
  });

  it('gives a place free when a work fails', async () => {
    const queue = new FairQueue(1, 1_000, () => new Error('too late'));
    await expect(queue.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await queue.run('b', () => Promise.resolve(1))).toBe(1);
  });

  it('never runs more at a time than it has places, nor leaves one empty while somebody may have it', async () => {
    const queue = new FairQueue(3, 60_000, () => new Error('too late'));
    let running = 0;
    let most = 0;
    const works = Array.from({ length: 300 }, (_, n) =>
      queue.run(`owner ${n % 7}`, async () => {
        most = Math.max(most, ++running);
        for (let turns = 0; turns < n % 5; turns++) await setImmediate();
        running--;
      }),
    );
    await Promise.all(works);
    expect(most).toBe(3);
    expect([running, queue.waiting]).toEqual([0, 0]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { FingerprintMap, readWords } from './fingerprint-map.ts';

describe('FingerprintMap', () => {
  it('finds the words of each key, however many there are', () => {
    const map = new FingerprintMap(2, 100_000);
    for (let n = 0; n < 20_000; n++) map.add(`key ${n}`)?.set([n, n + 1]);
    const wrong: number[] = [];
    for (let n = 0; n < 20_000; n++) {
      const [first, second] = map.get(`key ${n}`) ?? [];
      if (first !== n || second !== n + 1) wrong.push(n);
    }
    expect(wrong).toEqual([]);
    expect(map.get('another')).toBeUndefined();
    expect(map.size).toBe(20_000);
  });

  it('gives the words of a key that is there already, and zeros for a new one', () => {
    const map = new FingerprintMap(1, 10);
    expect([...(map.add('a') ?? [])]).toEqual([0]);
    map.add('a')?.set([7]);
    expect([...(map.add('a') ?? [])]).toEqual([7]);
    expect(map.size).toBe(1);
  });

  it('remembers no more keys than it may, and says so', () => {
    const map = new FingerprintMap(0, 2);
    expect([map.add('a'), map.add('b')]).not.toContain(undefined);
    expect(map.isFull).toBe(false);
    expect(map.add('c')).toBeUndefined();
    expect(map.add('a')).toBeDefined();
    expect([map.get('a') !== undefined, map.get('c'), map.isFull, map.size]).toEqual([true, undefined, true, 2]);
  });

  it('makes different words of different texts', () => {
    const [a, b] = [new Uint32Array(2), new Uint32Array(2)];
    readWords('a', a);
    readWords('b', b);
    expect([...a]).not.toEqual([...b]);
  });
});

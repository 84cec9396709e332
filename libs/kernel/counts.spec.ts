import { expect, it } from '@jest/globals';
import { Counts } from './counts.ts';

it('counts for each owner, and forgets owners that have none', () => {
  const counts = new Counts();
  counts.add('a');
  counts.add('a');
  counts.add('b');
  expect([counts.of('a'), counts.of('b'), counts.of('c'), counts.owners]).toEqual([2, 1, 0, 2]);
  counts.remove('a');
  counts.remove('b');
  counts.remove('c');
  expect([counts.of('a'), counts.of('b'), counts.owners]).toEqual([1, 0, 1]);
});

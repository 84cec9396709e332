import { describe, expect, it } from '@jest/globals';
import { Bag } from './bag.ts';

class Item {
  place = -1;
  constructor(readonly name: string) {}
}

const names = (bag: Bag<Item>): string[] => [...bag].map(({ name }) => name).sort();

describe('a bag', () => {
  it('holds what was added and not deleted, in whatever order they go', () => {
    for (const goes of ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']) {
      const bag = new Bag<Item>();
      const items = new Map([...'abc'].map((name) => [name, new Item(name)]));
      for (const item of items.values()) bag.add(item);
      const left = new Set('abc');
      for (const name of goes) {
        bag.delete(items.get(name) as Item);
        left.delete(name);
        expect(names(bag)).toEqual([...left].sort());
      }
    }
  });

  it('takes an item again', () => {
    const bag = new Bag<Item>();
    const [first, second] = [new Item('first'), new Item('second')];
    bag.add(first);
    bag.add(second);
    bag.delete(first);
    bag.add(first);
    bag.delete(second);
    expect(names(bag)).toEqual(['first']);
  });
});

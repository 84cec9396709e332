import { describe, expect, it } from '@jest/globals';
import { UnorderedList } from './unordered-list.ts';

class Item {
  index = -1;
  constructor(readonly name: string) {}
}

const names = (list: UnorderedList<Item>): string[] => [...list].map(({ name }) => name).sort();

describe('an unordered list', () => {
  it('holds what was added and not deleted, in whatever order they go', () => {
    for (const goes of ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']) {
      const list = new UnorderedList<Item>();
      const items = new Map([...'abc'].map((name) => [name, new Item(name)]));
      for (const item of items.values()) list.add(item);
      const left = new Set('abc');
      for (const name of goes) {
        list.delete(items.get(name) as Item);
        left.delete(name);
        expect(names(list)).toEqual([...left].sort());
      }
    }
  });

  it('takes an item again', () => {
    const list = new UnorderedList<Item>();
    const [first, second] = [new Item('first'), new Item('second')];
    list.add(first);
    list.add(second);
    list.delete(first);
    list.add(first);
    list.delete(second);
    expect(names(list)).toEqual(['first']);
  });
});

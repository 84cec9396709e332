import { describe, expect, it } from '@jest/globals';
import type { CsvRow } from './csv-rows.ts';
import { RowGroups, SplitKeys } from './row-groups.ts';

const NAMES = ['order', 'total', 'sku'];
let number = 0;
const row = (...cells: string[]): CsvRow => ({ number: ++number, cells });
const broken = (...cells: string[]): CsvRow => ({ number: ++number, cells, problem: 'has too few cells' });

/** The rows of each group, and `!` where they are refused. */
function grouped(rows: readonly CsvRow[]): string[] {
  const groups = new RowGroups(NAMES, [0], [0, 1]);
  const all = [...rows.flatMap((each) => groups.add(each)), ...groups.end()];
  return all.map(({ rows: members, problem }) => {
    const cells = members.map((member) => member.cells.join('/')).join(' ');
    return problem === undefined ? cells : `${cells} !`;
  });
}

describe('RowGroups', () => {
  it('puts adjacent rows with the same key together', () => {
    expect(grouped([row('A', '1', 'x'), row('A', '', 'y'), row('B', '2', 'x')])).toEqual(['A/1/x A//y', 'B/2/x']);
    expect(grouped([])).toEqual([]);
  });

  it('refuses rows that contradict each other, stand apart, or have no key', () => {
    expect(grouped([row('A', '1', 'x'), row('A', '2', 'y')])).toEqual(['A/1/x A/2/y !']);
    expect(grouped([row('A', '', 'x'), row('A', '2', 'y'), row('A', '2', 'z')])).toEqual(['A//x A/2/y A/2/z']);
    expect(grouped([row('A', '1', 'x'), row('B', '1', 'x'), row('A', '1', 'y')])).toEqual([
      'A/1/x',
      'B/1/x',
      'A/1/y !',
    ]);
    expect(grouped([row('A', '1', 'x'), row('', '1', 'y'), row('A', '1', 'z')])).toEqual([
      'A/1/x',
      '/1/y !',
      'A/1/z !',
    ]);
  });

  it('refuses all rows that stand apart where the file was looked at before', () => {
    const rows = [row('A', '1', 'x'), row('B', '1', 'x'), row('B', '1', 'y'), row('A', '1', 'y')];
    const split = new SplitKeys([0]);
    for (const { cells } of rows) split.see(cells);
    const groups = new RowGroups(NAMES, [0], [0, 1], split);
    const all = [...rows.flatMap((each) => groups.add(each)), ...groups.end()];
    expect(all.map(({ problem }) => problem !== undefined)).toEqual([true, false, true]);
  });

  it('refuses what may be incomplete without a row that cannot be read', () => {
    expect(grouped([row('A', '1', 'x'), broken('A'), row('A', '1', 'y')])).toEqual(['A/1/x A A/1/y !']);
    expect(grouped([row('A', '1', 'x'), broken('?'), row('A', '1', 'y')])).toEqual(['A/1/x ? A/1/y !']);
    expect(grouped([row('A', '1', 'x'), broken('B'), row('B', '1', 'y')])).toEqual(['A/1/x', 'B B/1/y !']);
    expect(grouped([row('A', '1', 'x'), broken('?'), row('B', '1', 'y'), row('C', '1', 'y')])).toEqual([
      'A/1/x !',
      '? !',
      'B/1/y !',
      'C/1/y',
    ]);
    expect(grouped([row('A', '1', 'x'), broken('?')])).toEqual(['A/1/x !', '? !']);
    expect(grouped([broken('?'), row('A', '1', 'x')])).toEqual(['? !', 'A/1/x !']);
  });

  it('holds no more rows than a payload could have', () => {
    const many = (make: () => CsvRow): CsvRow[] => Array.from({ length: 12_000 }, make);
    const same = grouped([...many(() => row('A', '1', 'x')), row('B', '1', 'x')]);
    expect(same.map((text) => [text.split(' ').length - 1, text.endsWith('!')])).toEqual([
      [5_000, true],
      [5_000, true],
      [2_000, true],
      [0, false],
    ]);
    const unreadable = grouped([
      row('A', '1', 'x'),
      ...many(() => broken('?')),
      row('B', '1', 'x'),
      row('C', '1', 'x'),
    ]);
    expect(unreadable).toHaveLength(12_003);
    expect(unreadable.filter((text) => !text.endsWith('!'))).toEqual(['C/1/x']);
  });
});

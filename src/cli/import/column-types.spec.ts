import { describe, expect, it } from '@jest/globals';
import { ColumnTypes, jsonOfCell } from './column-types.ts';

const typeOf = (...cells: string[]) => {
  const types = new ColumnTypes([1]);
  for (const cell of cells) types.see(['beside it', cell]);
  return types.types().get(1);
};

describe('the type of a column', () => {
  it.each([
    ['number', ['1', '-2.50', '0', '1e400', '']],
    ['number', ['99.90', 'null', '1']],
    ['number', ['null', '1']],
    ['number', ['0.1234567890123456789']],
    ['number', ['123456789012345']],
    ['text', ['12345', '02138']],
    ['text', ['02138', '12345']],
    ['text', ['1', 'two']],
    ['text', ['1', 'true']],
    ['text', ['1234567890123456789']],
    ['text', ['1', '1234567890123456']],
    ['text', ['+1']],
    ['text', ['1,5']],
    ['text', [' 1']],
    ['text', ['NaN']],
    ['text', ['TRUE']],
    ['text', ['{']],
    ['text', ['"quoted', '"whole"']],
    ['text', ['', '']],
    ['json', ['true', 'false', '']],
    ['json', ['[1]', '[]']],
    ['json', ['{"a":1}', 'null']],
    ['json', ['"17"']],
    ['json', ['null']],
    ['text', ['[1]', '{"a":1}']],
  ] as const)('is %s for %j', (type, cells) => {
    expect(typeOf(...cells)).toBe(type);
  });

  it('is not found out for other columns', () => {
    expect(new ColumnTypes([]).types().size).toBe(0);
  });
});

describe('a cell', () => {
  it.each([
    ['1.50', 'text', '"1.50"'],
    [' a "b"\n', 'text', '" a \\"b\\"\\n"'],
    ['1.50', 'number', '1.50'],
    [' 7 ', 'number', '7'],
    ['null', 'number', 'null'],
    ['1,5', 'number', undefined],
    ['007', 'number', undefined],
    ['[1, 2.0]', 'json', '[1, 2.0]'],
    ['{', 'json', undefined],
  ] as const)('%j as %s is %s', (cell, type, json) => {
    expect(jsonOfCell(cell, type)).toBe(json);
  });
});

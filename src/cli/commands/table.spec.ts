import { describe, expect, it } from '@jest/globals';
import { tableLines } from './table.ts';

describe('a table', () => {
  const rows = [
    ['c1', 'agent', 'backend'],
    ['c22', '-', ''],
  ];

  it('has columns as wide as their longest text, and no blanks at the end of a line', () => {
    expect(tableLines(['ID', 'TYPE', 'NAME'], rows, false)).toEqual(['c1   agent  backend', 'c22  -']);
  });

  it('has a header where people read it, and there are rows', () => {
    expect(tableLines(['ID', 'TYPE', 'LONG NAME'], rows, true)).toEqual([
      'ID   TYPE   LONG NAME',
      'c1   agent  backend',
      'c22  -',
    ]);
    expect(tableLines(['ID', 'TYPE', 'NAME'], [], true)).toEqual([]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { MemoryBudget } from './memory-budget.ts';

const KIB = 1_024;
const MIB = 1_024 * KIB;
const REFUSED = 'The service holds as much for its clients as it may';

describe('MemoryBudget', () => {
  it('refuses what is beyond three quarters to those who hold much, and counts nothing of it', () => {
    const budget = new MemoryBudget(8 * MIB);
    budget.reserve(6 * MIB, 0);
    expect(() => budget.reserve(300 * KIB, 0)).toThrow(REFUSED);
    // By small steps it is the same.
    expect(() => budget.reserve(1, 300 * KIB)).toThrow(REFUSED);
    expect(budget.reservedBytes).toBe(6 * MIB);
  });

  it('leaves the last quarter to those who hold little', () => {
    const budget = new MemoryBudget(8 * MIB);
    budget.reserve(6 * MIB, 0);
    for (let n = 0; n < 8; n++) budget.reserve(256 * KIB, 0);
    expect(() => budget.reserve(1, 0)).toThrow(REFUSED);
    budget.release(256 * KIB);
    budget.reserve(256 * KIB, 0);
  });

  it('counts what cannot be refused, too', () => {
    const budget = new MemoryBudget(MIB);
    budget.add(2 * MIB);
    expect(() => budget.reserve(1, 0)).toThrow(REFUSED);
    budget.release(2 * MIB);
    budget.reserve(1, 0);
    expect(budget.reservedBytes).toBe(1);
  });
});

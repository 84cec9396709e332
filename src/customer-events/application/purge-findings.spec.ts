import { describe, expect, it } from '@jest/globals';
import { findings, type Finding } from './purge-findings.ts';
import type { PurgeFindings } from './purge-store.port.ts';

const eventOf = (customerId: string) => ({ customerId, occurredAt: '2026-01-01T00:00:00Z' as never, id: 'e' });
const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `c${n}`);

describe('findings', () => {
  /** Looks at groups of customers of whom some are too long for groups above a size. */
  const look = async (group: readonly string[], fitsIn: (customer: string) => number) => {
    const asked: number[] = [];
    const find = async (customers: readonly string[]): Promise<PurgeFindings> => {
      asked.push(customers.length);
      const isLong = (customer: string): boolean => fitsIn(customer) < customers.length;
      const events = customers.filter((customer) => !isLong(customer)).map(eventOf);
      return { parts: events.length === 0 ? [] : [events], long: customers.filter(isLong) };
    };
    const found: Finding[] = [];
    for await (const finding of findings(group, find)) found.push(finding);
    const together = found.flatMap(({ part }) => part.map(({ customerId }) => customerId));
    const alone = found.flatMap(({ long }) => long ?? []);
    return { asked, found, together, alone };
  };

  it('are of one look where all customers have few events', async () => {
    const { asked, together, alone } = await look(names(1_000), () => 1_000);
    expect([asked, together, alone]).toEqual([[1_000], names(1_000), []]);
  });

  it('are of smaller and smaller groups for customers with many events, and in the end of one', async () => {
    const fits: Record<string, number> = { c7: 100, c8: 3, c9: 1 };
    const { asked, together, alone } = await look(names(1_000), (customer) => fits[customer] ?? 1_000);
    expect(asked).toEqual([1_000, 3]);
    expect(together.sort()).toEqual(
      names(1_000)
        .filter((name) => name !== 'c9')
        .sort(),
    );
    expect(alone).toEqual(['c9']);
  });

  it('come to an end, each customer once, where all customers have many events', async () => {
    const { asked, together, alone } = await look(names(25), () => 1);
    expect(asked[0]).toBe(25);
    expect(Math.max(...asked.slice(1))).toBe(2);
    expect(together).toEqual([]);
    expect(alone).toEqual(names(25));
  });

  it('are none but a sign of having looked where nothing is meant', async () => {
    const find = async (): Promise<PurgeFindings> => ({ parts: [], long: [] });
    const found: Finding[] = [];
    for await (const finding of findings(names(3), find)) found.push(finding);
    expect(found).toEqual([{ part: [], long: null }]);
  });

  it('are of the customer alone in a group of one, without a look', async () => {
    const { asked, found } = await look(['c0'], () => 1);
    expect([asked, found]).toEqual([[], [{ part: [], long: 'c0' }]]);
  });
});

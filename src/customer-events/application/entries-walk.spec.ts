import { describe, expect, it } from '@jest/globals';
import { InMemoryCustomers } from '../../../test/fakes/in-memory-customers.ts';
import { InMemoryTimelineStore } from '../../../test/fakes/in-memory-timeline-store.ts';
import { aCustomer, anEvent, APP, instant } from '../../../test/support/builders.ts';
import type { TimelinePosition } from '../domain/timeline.ts';
import { walkEntries, WHOLE_SCAN, type ReadOutlines, type Walked } from './entries-walk.ts';

describe('a walk through outlines', () => {
  const ada = aCustomer('ada');
  const customers = new InMemoryCustomers();
  const store = new InMemoryTimelineStore(customers);
  const reads: { except: string; given: number }[] = [];

  /** Reads ten events of the index at most where some are left out. */
  const read: ReadOutlines = async (after, { events }, exceptTypes) => {
    const query = { types: [], exceptTypes, order: 'desc' as const };
    const part = await store.outlines(ada.id, query, after, { events, entries: 10 });
    reads.push({ except: exceptTypes.join(), given: part.events.length });
    return part;
  };
  /** The newest first. */
  const record = (types: readonly string[]): void => {
    const events = types.map((type, n) =>
      anEvent(ada, { type, occurredAt: instant(new Date(1e12 - n * 1000).toISOString()) }),
    );
    customers.byId.set(ada.id, { appId: APP, customer: ada, events });
    reads.splice(0);
  };
  const walk = (after: TimelinePosition | null, limit: number): Promise<Walked> =>
    walkEntries(read, {
      ...{ after, limit, ...WHOLE_SCAN },
      isVisible: ({ type }) => !type.startsWith('not.'),
      keyOf: ({ id }) => id,
    });
  const noise = (count: number): string[] => Array.from({ length: count }, (_, n) => `not.${n % 2}`);

  it('is given events of types that are not visible only until it knows them', async () => {
    record(['a', ...noise(11), 'b', 'not.2', ...noise(5), 'c']);
    const walked = await walk(null, 3);
    expect(walked.events.map(({ type }) => type)).toEqual(['a', 'b', 'c']);
    expect(walked.next).toBeNull();
    expect(reads).toEqual([
      { except: '', given: 10 },
      { except: 'not.0,not.1', given: 3 },
      { except: 'not.0,not.1,not.2', given: 0 },
    ]);
  });

  it('ends after three reads in vain, and the next one goes on from there', async () => {
    record([...noise(45), 'a']);
    const first = await walk(null, 2);
    expect(first).toMatchObject({ events: [], scanned: 7, isOpen: true });
    expect(reads).toHaveLength(4);
    const second = await walk(first.next, 2);
    expect(second.events.map(({ type }) => type)).toEqual(['a']);
    expect(second.next).toBeNull();
  });

  it('knows where it began, also where it was given nothing', async () => {
    record([...noise(100)]);
    const { next } = await walk(null, 1);
    const emptyRead: ReadOutlines = (after, limits) => read(after, limits, ['not.0', 'not.1']);
    const walked = await walkEntries(emptyRead, {
      ...{ after: next, limit: 1, ...WHOLE_SCAN },
      ...{ isVisible: () => true, keyOf: ({ id }) => id },
    });
    expect(walked).toMatchObject({ events: [], scanned: 0 });
    expect(walked.first).not.toBeNull();
    expect(walked.next).not.toBeNull();
  });
});

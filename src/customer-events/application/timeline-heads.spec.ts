import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryCustomers, InMemoryCustomerStore } from '../../../test/fakes/in-memory-customers.ts';
import { InMemoryTimelineStore } from '../../../test/fakes/in-memory-timeline-store.ts';
import { RulesByType } from '../../../test/fakes/rules-by-type.ts';
import { aCustomer, anEvent, APP, instant } from '../../../test/support/builders.ts';
import { SettableClock } from '../../../test/support/clock.ts';
import { readTurns } from '../../../test/support/turns.ts';
import { HEAD_MAX_ENTRIES, TimelineHeads } from './timeline-heads.ts';
import { typeFilter } from '../domain/timeline.ts';

const TICKET = instant('2020-01-01T12:00:00Z');

describe('the head of a timeline of more events than a head counts', () => {
  const ada = aCustomer('ada');
  const customers = new InMemoryCustomers();
  const rules = new RulesByType();
  const heads = new TimelineHeads(
    new InMemoryCustomerStore(customers),
    new InMemoryTimelineStore(customers),
    rules,
    new SettableClock(),
    readTurns(),
  );
  const old = ['page.viewed', 'payment.failed', 'order.placed'].map((type, n) =>
    anEvent(ada, { type, occurredAt: instant(`2020-01-01T1${n}:00:00Z`) }),
  );
  const recent = Array.from({ length: HEAD_MAX_ENTRIES }, () =>
    anEvent(ada, { type: 'order.placed', occurredAt: instant('2026-04-18') }),
  );

  beforeEach(() => {
    rules.rules = { 'payment.failed': { severity: 'warning' } };
    customers.byId.set(ada.id, { appId: APP, customer: ada, events: [...old, ...recent] });
  });

  it('counts the newest of them, and says so', async () => {
    const { types, countedEvents, firstOccurredAt } = await heads.of(APP, 'ada', { at: null, types: [] });
    expect(types.map(({ type, count }) => [type, count])).toEqual([['order.placed', HEAD_MAX_ENTRIES]]);
    expect(countedEvents).toBe(HEAD_MAX_ENTRIES);
    expect(firstOccurredAt).toBe('2020-01-01T10:00:00Z');
  });

  it('names warnings before a ticket that is older than what it counts', async () => {
    const { attention } = await heads.of(APP, 'ada', { at: TICKET, types: [] });
    expect(attention).toMatchObject([{ type: 'payment.failed', count: 1, id: old[1]?.id }]);
  });

  it('tells a session of no other types than it may see', async () => {
    const types = [typeFilter('payment.*')];
    const head = await heads.of(APP, 'ada', { at: TICKET, types });
    expect(head).toMatchObject({ types: [], countedEvents: HEAD_MAX_ENTRIES, firstOccurredAt: old[1]?.occurredAt });
    expect(head.attention).toHaveLength(1);
    expect(await heads.of(APP, 'ada', { at: null, types: [typeFilter('none')] })).toMatchObject({
      ...{ types: [], attention: [], firstOccurredAt: null },
    });
  });

  it('is complete where there are fewer', async () => {
    customers.byId.set(ada.id, { appId: APP, customer: ada, events: old });
    const head = await heads.of(APP, 'ada', { at: null, types: [] });
    expect(head).toMatchObject({ countedEvents: null, firstOccurredAt: '2020-01-01T10:00:00Z' });
    expect(head.types).toHaveLength(3);
  });
});

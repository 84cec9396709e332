import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryCustomers, InMemoryCustomerStore } from '../../../test/fakes/in-memory-customers.ts';
import { RecordedAudit } from '../../../test/fakes/recorded-audit.ts';
import { SettableClock } from '../../../test/support/clock.ts';
import { InMemoryTimelineStore } from '../../../test/fakes/in-memory-timeline-store.ts';
import { aCustomer, anEvent, APP, instant, OTHER_APP } from '../../../test/support/builders.ts';
import { readTurns, writeTurns } from '../../../test/support/turns.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { WHOLE_TIMELINE, type TimelineQuery } from '../domain/timeline.ts';
import { decodedEvent } from './timeline-store.port.ts';
import { Timeline } from './timeline.ts';

const NEWEST_FIRST: TimelineQuery = { ...WHOLE_TIMELINE, order: 'desc' };

describe('Timeline', () => {
  const ada = aCustomer('ada');
  const events = Array.from({ length: 10 }, (_, n) =>
    anEvent(ada, { occurredAt: instant(`2026-01-0${1 + (n % 3)}`), type: `t${n % 2}` }),
  );
  const sorted = [...events].sort((a, b) => (a.id < b.id ? -1 : 1));
  let timeline: Timeline;
  let audit: RecordedAudit;

  beforeEach(() => {
    audit = new RecordedAudit();
    const customers = new InMemoryCustomers();
    customers.byId.set(ada.id, { appId: APP, customer: ada, events: [...events] });
    const bob = aCustomer('bob');
    customers.byId.set(bob.id, { appId: APP, customer: bob, events: [] });
    timeline = new Timeline(
      new InMemoryCustomerStore(customers),
      new InMemoryTimelineStore(customers),
      readTurns(),
      writeTurns(),
      new SettableClock(),
      audit,
      customers.keys,
    );
  });

  const walk = async (query: TimelineQuery, limit: number): Promise<{ found: CustomerEvent[]; pages: number }> => {
    const found: CustomerEvent[] = [];
    let cursor: string | undefined;
    for (let pages = 1; ; pages++) {
      const page = await timeline.page(APP, 'ada', query, limit, cursor);
      expect(page.events.length).toBeLessThanOrEqual(limit);
      found.push(...page.events.map(decodedEvent));
      if (page.nextCursor === null) return { found, pages };
      cursor = page.nextCursor;
    }
  };

  it.each([
    [1, 10],
    [3, 4],
    [5, 2],
    [9, 2],
    [10, 1],
    [200, 1],
  ])('in pages of %i takes %i of them: none is empty', async (limit, pages) => {
    expect(await walk(NEWEST_FIRST, limit)).toEqual({ found: [...sorted].reverse(), pages });
    expect(await walk({ ...NEWEST_FIRST, order: 'asc' }, limit)).toEqual({ found: sorted, pages });
  });

  it('of a customer without events is empty, of one that is not there, or in another app, a refusal', async () => {
    expect(await timeline.page(APP, 'bob', NEWEST_FIRST, 10, undefined)).toEqual({ events: [], nextCursor: null });
    for (const [app, externalId] of [
      [APP, 'nobody'],
      [OTHER_APP, 'ada'],
    ] as const) {
      await expect(timeline.page(app, externalId, NEWEST_FIRST, 10, undefined)).rejects.toMatchObject({
        code: 'CUSTOMER_NOT_FOUND',
      });
      await expect(timeline.event(app, externalId, sorted[0]?.id as string)).rejects.toMatchObject({
        code: 'CUSTOMER_NOT_FOUND',
      });
      await expect(timeline.summary(app, externalId, WHOLE_TIMELINE)).rejects.toMatchObject({
        code: 'CUSTOMER_NOT_FOUND',
      });
    }
  });

  it('refuses a cursor of another walk before it looks for anything', async () => {
    const { nextCursor } = await timeline.page(APP, 'ada', NEWEST_FIRST, 1, undefined);
    for (const [externalId, query] of [
      ['bob', NEWEST_FIRST],
      ['nobody', NEWEST_FIRST],
      ['ada', { ...NEWEST_FIRST, order: 'asc' }],
    ] as const) {
      await expect(timeline.page(APP, externalId, query, 1, nextCursor as string)).rejects.toMatchObject({
        code: 'VALIDATION_ERROR',
        details: { cursor: [expect.any(String)] },
      });
    }
  });

  it('has single events, of its own customer only', async () => {
    const [event] = events as [CustomerEvent];
    expect(await timeline.event(APP, 'ada', event.id)).toEqual(event);
    await expect(timeline.event(APP, 'bob', event.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(timeline.event(APP, 'ada', `c${'0'.repeat(24)}`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryAppDataStore } from '../../../test/fakes/in-memory-app-data-store.ts';
import { InMemoryCustomers } from '../../../test/fakes/in-memory-customers.ts';
import { InMemoryTimelineStore } from '../../../test/fakes/in-memory-timeline-store.ts';
import { aCustomer, anEvent, APP, instant, OTHER_APP } from '../../../test/support/builders.ts';
import { readTurns } from '../../../test/support/turns.ts';
import { AppData, type AppDataPart } from './app-data.ts';

describe('AppData', () => {
  let customers: InMemoryCustomers;
  let store: InMemoryAppDataStore;
  let data: AppData;

  const add = (name: string, events: number, appId = APP, createdAt = `2026-01-01T00:00:0${customers.byId.size}Z`) => {
    const customer = aCustomer(name, { createdAt: instant(createdAt) }, appId);
    const own = Array.from({ length: events }, (_, n) =>
      anEvent(customer, { occurredAt: instant(`2026-02-0${n + 1}`), type: `t${n}` }),
    );
    customers.byId.set(customer.id, { appId, customer, events: own.toReversed() });
  };
  const partsOf = async (parts: AsyncIterable<AppDataPart>): Promise<string[]> => {
    const told: string[] = [];
    for await (const part of parts) {
      if ('customers' in part) told.push(...part.customers.map(({ externalId }) => externalId));
      else told.push(...part.events.map(({ type }) => `${part.customer.externalId} ${type}`));
    }
    return told;
  };

  beforeEach(() => {
    customers = new InMemoryCustomers();
    store = new InMemoryAppDataStore(customers);
    data = new AppData(store, new InMemoryTimelineStore(customers), readTurns());
    add('ada', 2);
    add('bob', 0);
    add('eve', 1, OTHER_APP);
    add('carl', 1);
  });

  it('exports the customers of an app, and behind each part of them their events, the oldest first', async () => {
    expect(await partsOf(data.export(APP))).toEqual(['ada', 'bob', 'ada t0', 'ada t1', 'carl', 'carl t0']);
    expect(await partsOf(data.export('nobody'))).toEqual([]);
  });

  it('reads a long history in pages, before the customers behind it', async () => {
    const long = aCustomer('long', { createdAt: instant('2025-01-01') }, APP);
    const events = Array.from({ length: 450 }, (_, n) => anEvent(long, { type: `t${n}` }));
    customers.byId.set(long.id, { appId: APP, customer: long, events });
    const pages: number[] = [];
    for await (const part of data.export(APP)) if ('events' in part) pages.push(part.events.length);
    expect(pages).toEqual([100, 200, 150, 2, 1]);
  });

  it('passes over a customer that is erased during the export', async () => {
    const told: string[] = [];
    for await (const part of data.export(APP)) {
      if ('customers' in part) for (const { id } of part.customers) customers.byId.delete(id);
      else told.push(part.customer.externalId);
    }
    expect(told).toEqual([]);
  });

  it('erases all customers of an app, and tells after each part how many they were', async () => {
    const told: unknown[] = [];
    expect(await data.erase(APP, (erased) => told.push(erased))).toEqual({ customers: 3, events: 3 });
    expect(told).toEqual([
      { customers: 2, events: 2 },
      { customers: 3, events: 3 },
    ]);
    expect([...customers.byId.values()].map(({ customer }) => customer.externalId)).toEqual(['eve']);
  });

  it('erases those, too, that came behind the walk', async () => {
    let isFirst = true;
    const late = (): void => {
      if (isFirst) add('late', 1, APP, '2020-01-01');
      isFirst = false;
    };
    expect(await data.erase(APP, late)).toEqual({ customers: 4, events: 4 });
    expect([...customers.byId.values()].map(({ appId }) => appId)).toEqual([OTHER_APP]);
  });
});

import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { RecordedTypes } from '../../../test/fakes/recorded-types.ts';
import { InMemoryCustomerEventStore } from '../../../test/fakes/in-memory-customer-event-store.ts';
import { InMemoryCustomers, InMemoryCustomerStore } from '../../../test/fakes/in-memory-customers.ts';
import { aCustomer, APP, receivingApp } from '../../../test/support/builders.ts';
import { until } from '../../../test/support/child.ts';
import { writeTurns } from '../../../test/support/turns.ts';
import { SettableClock } from '../../../test/support/clock.ts';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { IsAbandoned } from '../../../libs/kernel/abandoned.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { CustomerEvents } from './customer-events.ts';
import { EventImport } from './event-import.ts';
import { LiveTraffic } from './live-traffic.ts';
import { ImportTally, type ImportLine } from './import-tally.ts';

const ACME = receivingApp();

const away = () => new DomainError('unavailable', 'SERVICE_UNAVAILABLE', { message: 'away' });
const outcomeUnknown = () =>
  new DomainError('unavailable', 'SERVICE_UNAVAILABLE', { message: 'lost', details: { outcome: 'unknown' } });

/** Two customers whose lines are written by statements of their own, as they are in different partitions. */
const [FIRST, SECOND] = ['user_1', 'user_2'] as const;

/** Fails for a customer as often as it is told. */
class FailingStore extends InMemoryCustomerEventStore {
  readonly failures: { customerId: string; error: DomainError; isStored?: boolean }[] = [];

  override async append(events: readonly CustomerEvent[], isAbandoned: IsAbandoned) {
    const at = this.failures.findIndex(({ customerId }) => events.some((event) => event.customerId === customerId));
    const [failure] = at < 0 ? [] : this.failures.splice(at, 1);
    if (failure === undefined) return super.append(events, isAbandoned);
    if (failure.isStored === true) await super.append(events, isAbandoned);
    throw failure.error;
  }
}

describe('EventImport', () => {
  const customers = { [FIRST]: aCustomer(FIRST), [SECOND]: aCustomer(SECOND) };
  let inMemory: InMemoryCustomers;
  let store: FailingStore;
  let tally: ImportTally;

  const lines = (withEventIds: boolean, sourceBytes = 100): ImportLine[] =>
    [FIRST, SECOND, FIRST, SECOND].map((customerExternalId, index) => ({
      number: index + 1,
      sourceBytes,
      draft: {
        customerExternalId,
        type: 'a',
        payload: new JsonText('{}'),
        occurredAt: undefined,
        eventId: withEventIds ? `e-${index}` : undefined,
      },
    }));
  async function* sourceOf(all: readonly ImportLine[]) {
    yield await Promise.resolve(all);
  }
  const run = (all: readonly ImportLine[], retryMs: number, signal = new AbortController().signal): Promise<unknown> =>
    new EventImport(
      new CustomerEvents(store, new SettableClock(), new RecordedTypes()),
      retryMs,
      writeTurns(),
      new LiveTraffic(),
    )
      .run(ACME, sourceOf(all), tally, { signal, onChunk: () => {} })
      .catch((error: unknown) => error);
  const countOf = (externalId: typeof FIRST | typeof SECOND): number =>
    inMemory.byId.get(customers[externalId].id)?.events.length ?? 0;
  const fail = (externalId: typeof FIRST | typeof SECOND, error: DomainError, isStored = false): void =>
    void store.failures.push({ customerId: customers[externalId].id, error, isStored });

  beforeEach(async () => {
    inMemory = new InMemoryCustomers();
    for (const customer of Object.values(customers)) {
      await new InMemoryCustomerStore(inMemory).put(APP, customer.id, () => customer);
    }
    store = new FailingStore(inMemory);
    tally = new ImportTally();
  });

  it('tries again what was not stored, and only that', async () => {
    fail(FIRST, away());
    expect(await run(lines(false), 10_000)).toBe(true);
    expect([countOf(FIRST), countOf(SECOND)]).toEqual([2, 2]);
    expect(tally).toMatchObject({ lines: 4, created: 4, replayed: 0, throughLine: 4 });
    expect(tally.afterThroughLine).toMatchObject({ stored: 'none', withoutEventId: 0 });
  });

  it('gives up when its time is over, and says that nothing is stored', async () => {
    for (let n = 0; n < 10; n++) [FIRST, SECOND].forEach((customer) => fail(customer, away()));
    expect(await run(lines(false), 300)).toMatchObject({ message: 'away' });
    expect(tally).toMatchObject({ lines: 0, throughLine: 0, afterThroughLine: { stored: 'none', withoutEventId: 0 } });
  });

  it('says that some is stored where another part of the chunk was', async () => {
    fail(FIRST, away());
    expect(await run(lines(false), 0)).toMatchObject({ message: 'away' });
    expect([countOf(FIRST), countOf(SECOND)]).toEqual([0, 2]);
    expect(tally.afterThroughLine).toMatchObject({ stored: 'some', withoutEventId: 2, storedLines: [2, 4] });
  });

  it('tries again where the outcome is unknown and all events have an eventId', async () => {
    fail(FIRST, outcomeUnknown(), true);
    expect(await run(lines(true), 10_000)).toBe(true);
    expect([countOf(FIRST), countOf(SECOND)]).toEqual([2, 2]);
    expect(tally).toMatchObject({ created: 2, replayed: 2, afterThroughLine: { stored: 'none' } });
  });

  it('does not try again where the outcome is unknown and an event has no eventId: it would be stored twice', async () => {
    fail(FIRST, outcomeUnknown(), true);
    expect(await run(lines(false), 10_000)).toMatchObject({ message: 'lost' });
    expect(countOf(FIRST)).toBe(2);
    expect(tally.afterThroughLine).toEqual({ stored: 'unknown', withoutEventId: 4, storedLines: [2, 4] });
  });

  it('does not try again what fails for a fault of ours', async () => {
    fail(FIRST, new DomainError('invalid', 'VALIDATION_ERROR', { message: 'no' }));
    expect(await run(lines(true), 10_000)).toMatchObject({ message: 'no' });
    expect(countOf(FIRST)).toBe(0);
  });

  it('ends at once while it waits for the database, when it is stopped', async () => {
    for (let n = 0; n < 100; n++) fail(FIRST, away());
    const controller = new AbortController();
    const running = run(lines(false), 600_000, controller.signal);
    setTimeout(() => controller.abort(), 50);
    expect(await running).toMatchObject({ message: 'away' });
  });

  describe('of two chunks, while a part of the first is tried again,', () => {
    const HALF_A_CHUNK = 350_000;

    it('writes the other customers of the second, and settles both in their order', async () => {
      fail(FIRST, away());
      const running = run(lines(false, HALF_A_CHUNK), 10_000);
      await until(() => Promise.resolve(countOf(SECOND) === 2));
      expect({ first: countOf(FIRST), lines: tally.lines }).toEqual({ first: 0, lines: 0 });
      expect(await running).toBe(true);
      expect([countOf(FIRST), countOf(SECOND)]).toEqual([2, 2]);
      expect(tally).toMatchObject({ lines: 4, created: 4, throughLine: 4, afterThroughLine: { stored: 'none' } });
    });

    it('begins nothing else when it has failed for good, and says what is stored of both', async () => {
      for (let n = 0; n < 10; n++) fail(FIRST, away());
      expect(await run(lines(false, HALF_A_CHUNK), 300)).toMatchObject({ message: 'away' });
      expect([countOf(FIRST), countOf(SECOND)]).toEqual([0, 2]);
      expect(tally).toMatchObject({ throughLine: 0, afterThroughLine: { stored: 'some', withoutEventId: 2 } });
      const attempts = 10 - store.failures.length;
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(10 - store.failures.length).toBe(attempts);
    });
  });

  it('lets another import write while it waits for the database', async () => {
    for (let n = 0; n < 100; n++) fail(FIRST, away());
    const controller = new AbortController();
    const imports = new EventImport(
      new CustomerEvents(store, new SettableClock(), new RecordedTypes()),
      600_000,
      writeTurns(),
      new LiveTraffic(),
    );
    const options = { signal: controller.signal, onChunk: () => {} };
    const waiting = imports.run(ACME, sourceOf(lines(false)), tally, options).catch(() => 'ended');
    const others = lines(false).filter(({ draft }) => 'type' in draft && draft.customerExternalId === SECOND);
    expect(await imports.run(ACME, sourceOf(others), new ImportTally(), options)).toBe(true);
    controller.abort();
    expect(await waiting).toBe('ended');
  });

  it('writes small chunks, one at a time, while live events come in', async () => {
    const sizes: number[] = [];
    let atOnce = 0;
    class WatchedStore extends InMemoryCustomerEventStore {
      override async append(events: readonly CustomerEvent[], isAbandoned: IsAbandoned) {
        expect(++atOnce).toBeLessThanOrEqual(2);
        sizes.push(events.length);
        await new Promise((resolve) => setTimeout(resolve, 1));
        atOnce--;
        return super.append(events, isAbandoned);
      }
    }
    class Always extends LiveTraffic {
      override get isThere(): boolean {
        return true;
      }
    }
    const events = new CustomerEvents(new WatchedStore(inMemory), new SettableClock(), new RecordedTypes());
    const options = { signal: new AbortController().signal, onChunk: () => {} };
    const all = Array.from({ length: 250 }, () => lines(false)).flat();
    const run = (live: LiveTraffic) =>
      new EventImport(events, 0, writeTurns(), live).run(ACME, sourceOf(all), new ImportTally(), options);
    expect(await run(new Always())).toBe(true);
    const beside = sizes.splice(0);
    expect(Math.max(...beside)).toBeLessThanOrEqual(250);
    expect(await run(new LiveTraffic())).toBe(true);
    expect(Math.max(...sizes)).toBeGreaterThan(250);
    expect(beside.reduce((sum, size) => sum + size)).toBe(sizes.reduce((sum, size) => sum + size));
  });
});

import { beforeEach, describe, expect, it } from '@jest/globals';
import { JsonText } from '../../libs/json-payload/json-text.ts';
import { randomId } from '../../libs/kernel/ids.ts';
import { Abandoned, neverAbandoned } from '../../libs/kernel/abandoned.ts';
import type { CustomerEventStore } from '../../src/customer-events/application/customer-event-store.port.ts';
import type { CustomerStore } from '../../src/customer-events/application/customer-store.port.ts';
import type { AuditEntry } from '../../src/platform/audit/audit-entry.ts';
import type { ErasureKeys } from '../../src/customer-events/domain/erasure-keys.ts';
import type { TimelineStore } from '../../src/customer-events/application/timeline-store.port.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import type { Customer } from '../../src/customer-events/domain/customer.ts';
import { WHOLE_TIMELINE, type TimelineOrder } from '../../src/customer-events/domain/timeline.ts';
import { aCustomer, anEvent, APP, instant, ORDER } from '../support/builders.ts';
import { walkTimeline } from '../support/walk-timeline.ts';

/** Stores of one kind that share their data. */
export interface Stores {
  /** By which erased ids, and customers in the audit, are known. */
  readonly keys: ErasureKeys;
  /** The newest entries of the audit, at least. */
  readonly audit: () => Promise<readonly AuditEntry[]>;
  readonly events: CustomerEventStore;
  readonly customers: CustomerStore;
  readonly timelines: TimelineStore;
}

/** What every CustomerEventStore does. `open` gives empty stores. */
export function customerEventStoreContract(open: () => Stores): void {
  describe('as a CustomerEventStore', () => {
    let events: CustomerEventStore;
    let customers: CustomerStore;
    let timelines: TimelineStore;
    let ada: Customer;
    let bob: Customer;
    let run: string;

    beforeEach(async () => {
      ({ events, customers, timelines } = open());
      // The database of one spec file sees many runs of this contract.
      run = randomId();
      ada = aCustomer(`ada-${run}`);
      bob = aCustomer(`bob-${run}`);
      for (const customer of [ada, bob]) await customers.put(APP, customer.id, () => customer);
    });

    const append = (...all: CustomerEvent[]) => events.append(all, neverAbandoned);
    const walk = (customer: Customer, order: TimelineOrder, limit: number): Promise<CustomerEvent[]> =>
      walkTimeline(timelines, customer.id, { ...WHOLE_TIMELINE, order }, limit);

    it('gives back an event as it was, to the microsecond and to the character', async () => {
      const event = anEvent(ada, {
        payload: new JsonText(
          '{"n":123456789012345678901234567890,"z":-0,"e":1e400,"__proto__":{"u":"a\\u0000b\\ud800💥"},"":1.0,"":2}',
        ),
        occurredAt: instant('0001-01-01T00:00:00.000001Z'),
        eventId: 'e-1',
      });
      expect(await append(event)).toEqual([{ kind: 'created' }]);
      expect(await walk(ada, 'desc', 10)).toEqual([event]);
    });

    it('appends nothing, and says so', async () => {
      expect(await append()).toEqual([]);
    });

    it('has an outcome for each event, in their order', async () => {
      const stored = anEvent(ada, { eventId: 'e-1' });
      await append(stored);
      const repeated = anEvent(ada, { eventId: 'e-1', type: 'other' });
      const fresh = anEvent(bob, { eventId: 'e-1' });
      expect(await append(anEvent(aCustomer('nobody')), repeated, fresh, anEvent(ada))).toEqual([
        { kind: 'customer-unknown' },
        { kind: 'existing', event: stored },
        { kind: 'created' },
        { kind: 'created' },
      ]);
      expect(await walk(bob, 'asc', 10)).toEqual([fresh]);
      expect(await walk(ada, 'asc', 10)).toHaveLength(2);
    });

    it('tells beforehand what would become of each event, and writes nothing', async () => {
      const stored = anEvent(ada, { eventId: 'e-1' });
      await append(stored);
      const first = anEvent(bob, { eventId: 'e-2' });
      const asked = [
        anEvent(aCustomer('nobody')),
        anEvent(ada, { eventId: 'e-1' }),
        anEvent(ada),
        first,
        anEvent(bob, { eventId: 'e-2' }),
      ];
      const expected = [
        { kind: 'customer-unknown' },
        { kind: 'existing', event: stored },
        { kind: 'created' },
        { kind: 'created' },
        { kind: 'existing', event: first },
      ];
      expect(await events.preview(asked, () => false)).toEqual(expected);
      expect(await append(...asked)).toEqual(expected);
      expect(await events.preview([], () => false)).toEqual([]);
    });

    it('takes customers for existing beforehand where it is told to', async () => {
      const nobody = aCustomer('nobody');
      const asked = [
        anEvent(nobody, { eventId: 'e-1' }),
        anEvent(nobody, { eventId: 'e-1' }),
        anEvent(aCustomer('else')),
      ];
      expect(await events.preview(asked, (id) => id === nobody.id)).toEqual([
        { kind: 'created' },
        { kind: 'existing', event: asked[0] },
        { kind: 'customer-unknown' },
      ]);
    });

    it('creates the first of two with the same eventId', async () => {
      const [first, second] = [anEvent(ada, { eventId: 'e-1' }), anEvent(ada, { eventId: 'e-1' })];
      expect(await append(first, second)).toEqual([{ kind: 'created' }, { kind: 'existing', event: first }]);
    });

    it('creates one of many that come at once', async () => {
      const all = await Promise.all(Array.from({ length: 50 }, () => append(anEvent(ada, { eventId: 'e-1' }))));
      const kinds = all.map(([outcome]) => outcome?.kind);
      expect(kinds.filter((kind) => kind === 'created')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'existing')).toHaveLength(49);
      expect(await walk(ada, 'asc', 10)).toHaveLength(1);
    });

    it('writes nothing for somebody who went away', async () => {
      await expect(events.append([anEvent(ada)], () => true)).rejects.toThrow(Abandoned);
      expect(await walk(ada, 'asc', 10)).toEqual([]);
    });

    it('knows a customer as soon as it is there, and no longer than that', async () => {
      const late = aCustomer(`late-${run}`);
      expect(await append(anEvent(late))).toEqual([{ kind: 'customer-unknown' }]);
      await customers.put(APP, late.id, () => late);
      expect(await append(anEvent(late))).toEqual([{ kind: 'created' }]);
      await customers.erase(late.id, ORDER);
      expect(await append(anEvent(late), anEvent(ada))).toEqual([{ kind: 'customer-unknown' }, { kind: 'created' }]);
    });

    describe('never brings back what was erased', () => {
      it('as a single event', async () => {
        const event = anEvent(ada, { eventId: 'e-1' });
        await append(event, anEvent(ada, { eventId: 'e-2' }));
        await timelines.eraseEvent(ada.id, event.id, ORDER);
        expect(
          await append(
            anEvent(ada, { eventId: 'e-1' }),
            anEvent(ada, { eventId: 'e-3' }),
            anEvent(bob, { eventId: 'e-1' }),
          ),
        ).toEqual([{ kind: 'erased' }, { kind: 'created' }, { kind: 'created' }]);
        expect(await append(anEvent(ada, { eventId: 'e-1' }))).toEqual([{ kind: 'erased' }]);
        expect((await walk(ada, 'asc', 10)).map(({ eventId }) => eventId)).toEqual(['e-2', 'e-3']);
      });

      it('twice in one batch', async () => {
        const event = anEvent(ada, { eventId: 'e-1' });
        await append(event);
        await timelines.eraseEvent(ada.id, event.id, ORDER);
        const again = [anEvent(ada, { eventId: 'e-1' }), anEvent(ada, { eventId: 'e-1', type: 'other' })];
        expect(await append(...again)).toEqual([{ kind: 'erased' }, { kind: 'erased' }]);
        expect(await walk(ada, 'asc', 10)).toEqual([]);
      });

      it('with its customer, who is there again', async () => {
        await append(anEvent(ada, { eventId: 'e-1' }), anEvent(ada));
        await customers.erase(ada.id, ORDER);
        await customers.put(APP, ada.id, () => ada);
        expect(await append(anEvent(ada, { eventId: 'e-1' }), anEvent(ada))).toEqual([
          { kind: 'erased' },
          { kind: 'created' },
        ]);
      });
    });
  });
}

import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { RecordedTypes } from '../../../test/fakes/recorded-types.ts';
import { InMemoryCustomerEventStore } from '../../../test/fakes/in-memory-customer-event-store.ts';
import { InMemoryCustomers, InMemoryCustomerStore } from '../../../test/fakes/in-memory-customers.ts';
import { aCustomer, APP, instant, OTHER_APP, receivingApp } from '../../../test/support/builders.ts';
import { SettableClock } from '../../../test/support/clock.ts';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { Abandoned } from '../../../libs/kernel/abandoned.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { invalidFields } from '../../../libs/kernel/input-error.ts';
import type { CustomerEvent, EventDraft } from '../domain/customer-event.ts';
import { CustomerEventStore, type AppendOutcome } from './customer-event-store.port.ts';
import { CustomerEvents, type Recorded } from './customer-events.ts';

const ACME = receivingApp();

const draft = (fields: Partial<EventDraft> = {}): EventDraft => ({
  customerExternalId: 'user_42',
  type: 'order.placed',
  payload: new JsonText('{"total":99.90}'),
  occurredAt: undefined,
  eventId: undefined,
  ...fields,
});

/** What became of each: replayed, created, or the code of its refusal. */
const kinds = (results: readonly (Recorded | DomainError)[]): string[] =>
  results.map((result) => (result instanceof DomainError ? result.code : result.replayed ? 'replayed' : 'created'));

describe('CustomerEvents', () => {
  const customer = aCustomer('user_42');
  let customers: InMemoryCustomers;
  let clock: SettableClock;
  let customerEvents: CustomerEvents;

  const stored = (): CustomerEvent[] => customers.byId.get(customer.id)?.events ?? [];

  beforeEach(async () => {
    customers = new InMemoryCustomers();
    await new InMemoryCustomerStore(customers).put(APP, customer.id, () => customer);
    clock = new SettableClock();
    customerEvents = new CustomerEvents(new InMemoryCustomerEventStore(customers), clock, new RecordedTypes());
  });

  describe('with rules of retention', () => {
    // Two days before the clock of these tests to the millisecond, and a microsecond before that.
    const KEPT = instant('2026-04-16T12:00:00.123Z');
    const PAST = instant('2026-04-16T12:00:00.122999Z');
    const app = receivingApp('page.view=forever,page.*=P2D');

    it('refuses an event that is past its retention, and names the field, the rule and the time', async () => {
      const refused = await customerEvents.record(app, draft({ type: 'page.left', occurredAt: PAST })).catch(String);
      expect(refused).toBe('DomainError: The request is not valid: occurredAt');
      const [refusal] = await customerEvents.recordAll(app, [draft({ type: 'page.left', occurredAt: PAST })]);
      expect(refusal).toMatchObject({
        code: 'VALIDATION_ERROR',
        details: {
          occurredAt: [
            'is past the retention of page.* events (P2D, before 2026-04-16T12:00:00.123Z): it would be deleted at once',
          ],
        },
      });
      expect(stored()).toEqual([]);
    });

    it('records what is not past it, to the microsecond, and what has no rule or is kept for ever', async () => {
      const results = await customerEvents.recordAll(app, [
        draft({ type: 'page.left', occurredAt: KEPT }),
        draft({ type: 'page.left' }),
        draft({ type: 'page.view', occurredAt: PAST }),
        draft({ type: 'page', occurredAt: PAST }),
        draft({ type: 'page.left', occurredAt: PAST }),
      ]);
      expect(kinds(results)).toEqual(['created', 'created', 'created', 'created', 'VALIDATION_ERROR']);
      expect(stored()).toHaveLength(4);
    });

    it('refuses the repetition of an event that is stored, once it is past its retention', async () => {
      const event = draft({ type: 'page.left', occurredAt: KEPT, eventId: 'e-1' });
      await customerEvents.record(app, event);
      expect(kinds(await customerEvents.recordAll(app, [event]))).toEqual(['replayed']);
      clock.millis++;
      expect(kinds(await customerEvents.recordAll(app, [event]))).toEqual(['VALIDATION_ERROR']);
      expect(kinds(await customerEvents.previewAll(app, [event]))).toEqual(['VALIDATION_ERROR']);
      expect(stored()).toHaveLength(1);
    });
  });

  describe('record', () => {
    it('stores the event, and gives back what it stored', async () => {
      const occurredAt = instant('2020-01-01T00:00:00.000001Z');
      const { event, replayed } = await customerEvents.record(ACME, draft({ occurredAt, eventId: 'e-1' }));
      expect(replayed).toBe(false);
      expect(event).toEqual({
        id: expect.stringMatching(/^c[a-z0-9]{24}$/),
        customerId: customer.id,
        type: 'order.placed',
        payload: new JsonText('{"total":99.90}'),
        occurredAt,
        createdAt: '2026-04-18T12:00:00.123Z',
        eventId: 'e-1',
      });
      expect(stored()).toEqual([event]);
    });

    it('takes now for an instant that is not given, and null for an eventId', async () => {
      const { event } = await customerEvents.record(ACME, draft());
      expect(event).toMatchObject({
        occurredAt: '2026-04-18T12:00:00.123Z',
        createdAt: '2026-04-18T12:00:00.123Z',
        eventId: null,
      });
    });

    it('gives events ids in the order of their instants, and of one instant in the order of their arrival', async () => {
      const at = async (text: string): Promise<string> =>
        (await customerEvents.record(ACME, draft({ occurredAt: instant(text) }))).event.id;
      const late = await at('2026-01-02');
      const early = await at('0001-01-01');
      const next = await at('2026-01-02');
      expect([next, early, late].sort()).toEqual([early, late, next]);
    });

    it('replays an event of the same eventId and content, with the data of the first', async () => {
      const first = await customerEvents.record(ACME, draft({ eventId: 'e-1' }));
      clock.millis += 86_400_000;
      const again = await customerEvents.record(
        ACME,
        draft({ eventId: 'e-1', payload: new JsonText('{ "total" : 99.90 }') }),
      );
      expect(again).toEqual({ event: first.event, replayed: true });
      expect(stored()).toHaveLength(1);
    });

    it('refuses an event of the same eventId and other content, and names the fields', async () => {
      await customerEvents.record(ACME, draft({ eventId: 'e-1' }));
      const other = draft({ eventId: 'e-1', type: 'order.paid', payload: new JsonText('{"total":99.9}') });
      await expect(customerEvents.record(ACME, other)).rejects.toMatchObject({
        code: 'EVENT_ID_CONFLICT',
        details: { type: [expect.any(String)], payload: [expect.any(String)] },
      });
    });

    it('refuses an event of a customer that is not there, or only in another app', async () => {
      await expect(customerEvents.record(ACME, draft({ customerExternalId: 'nobody' }))).rejects.toMatchObject({
        code: 'CUSTOMER_NOT_FOUND',
      });
      await expect(customerEvents.record(receivingApp('', OTHER_APP), draft())).rejects.toMatchObject({
        code: 'CUSTOMER_NOT_FOUND',
      });
      expect(stored()).toEqual([]);
    });

    it('stores nothing for somebody who went away', async () => {
      await expect(customerEvents.record(ACME, draft(), () => true)).rejects.toThrow(Abandoned);
      expect(stored()).toEqual([]);
    });
  });

  describe('recordAll', () => {
    it('has a result for each, in their order; what is refused affects no other', async () => {
      await customerEvents.record(ACME, draft({ eventId: 'there' }));
      const refusal = invalidFields({ type: ['is wrong'] });
      const results = await customerEvents.recordAll(ACME, [
        draft(),
        refusal,
        draft({ customerExternalId: 'nobody' }),
        draft({ eventId: 'there' }),
        draft({ eventId: 'there', type: 'another' }),
        draft({ eventId: 'new' }),
        draft({ eventId: 'new' }),
      ]);
      expect(kinds(results)).toEqual([
        'created',
        'VALIDATION_ERROR',
        'CUSTOMER_NOT_FOUND',
        'replayed',
        'EVENT_ID_CONFLICT',
        'created',
        'replayed',
      ]);
      expect(results[1]).toBe(refusal);
      expect(stored()).toHaveLength(3);
    });

    it('takes one draft that is given twice for two events', async () => {
      const twice = draft();
      expect(kinds(await customerEvents.recordAll(ACME, [twice, twice]))).toEqual(['created', 'created']);
      expect(new Set(stored().map(({ id }) => id)).size).toBe(2);
    });

    it('asks the store once, and for refusals alone not at all', async () => {
      const asked: number[] = [];
      class CountingStore extends InMemoryCustomerEventStore {
        override append(...[events, isAbandoned]: Parameters<CustomerEventStore['append']>): Promise<AppendOutcome[]> {
          asked.push(events.length);
          return super.append(events, isAbandoned);
        }
      }
      const counted = new CustomerEvents(new CountingStore(customers), clock, new RecordedTypes());
      const refusal = invalidFields({ type: ['is wrong'] });
      expect(await counted.recordAll(ACME, [])).toEqual([]);
      expect(await counted.recordAll(ACME, [refusal, refusal])).toEqual([refusal, refusal]);
      await counted.recordAll(ACME, [draft(), refusal, draft()]);
      expect(asked).toEqual([2]);
    });

    it('says of an event that was erased, or that the database cannot hold, what it is', async () => {
      class RefusingStore extends CustomerEventStore {
        append(): Promise<AppendOutcome[]> {
          return Promise.resolve([{ kind: 'erased' }, { kind: 'refused' }]);
        }

        preview(): Promise<AppendOutcome[]> {
          return this.append();
        }
      }
      const events = new CustomerEvents(new RefusingStore(), clock, new RecordedTypes());
      for (const results of [
        await events.recordAll(ACME, [draft(), draft()]),
        await events.previewAll(ACME, [draft(), draft()]),
      ]) {
        expect(kinds(results)).toEqual(['EVENT_ERASED', 'VALIDATION_ERROR']);
      }
    });
  });
});

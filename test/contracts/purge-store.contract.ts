import { beforeEach, describe, expect, it } from '@jest/globals';
import { neverAbandoned } from '../../libs/kernel/abandoned.ts';
import { randomId } from '../../libs/kernel/ids.ts';
import { parseRetentionRules } from '../../libs/retention/retention-rules.ts';
import { auditEntry, type AuditEntry } from '../../src/platform/audit/audit-entry.ts';
import {
  RunTakenAway,
  type EventPosition,
  type PurgeCustomers,
  type PurgePart,
  type PurgeStore,
} from '../../src/customer-events/application/purge-store.port.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import type { CustomerPosition } from '../../src/customer-events/domain/customer-position.ts';
import type { Customer } from '../../src/customer-events/domain/customer.ts';
import {
  dueRun,
  finishedRun,
  windowsOf,
  type PurgeRun,
  type PurgeWindow,
} from '../../src/customer-events/domain/purge.ts';
import { WHOLE_TIMELINE, type TimelinePosition } from '../../src/customer-events/domain/timeline.ts';
import { aCustomer, anEvent, instant } from '../support/builders.ts';
import type { Stores } from './customer-event-store.contract.ts';

const NOW = Date.parse('2026-04-18T12:00:00Z');
/** The purge is an hour late, by intent. */
const [KEPT, PAST] = [instant('2026-04-16T11:00:00Z'), instant('2026-04-16T10:59:59.999999Z')];
const MANY = { events: 100, bytes: 1_000_000, entries: 1_000 };

/** What every PurgeStore does. `open` gives stores that may be full of other apps. */
export function purgeStoreContract(
  open: () => Stores & { readonly purges: PurgeStore; entriesOf(appId: string): Promise<AuditEntry[]> },
): void {
  describe('as a PurgeStore', () => {
    let stores: ReturnType<typeof open>;
    let purges: PurgeStore;
    let appId: string;

    const runOf = (rules: string, fields: Partial<PurgeRun> = {}): PurgeRun => {
      const run = dueRun(null, appId, parseRetentionRules(rules) ?? [], NOW);
      if (run === null) throw new Error('it is due');
      return { ...run, ...fields };
    };
    const window = (rules: string): PurgeWindow => windowsOf(runOf(rules))[0] as PurgeWindow;
    const put = async (name: string, app = appId): Promise<Customer> => {
      const customer = aCustomer(name, {}, app);
      return (await stores.customers.put(app, customer.id, () => customer)).customer;
    };
    const add = (customer: Customer, ...events: Partial<CustomerEvent>[]) =>
      stores.events.append(
        events.map((fields) => anEvent(customer, fields)),
        neverAbandoned,
      );
    const left = async ({ id }: Customer): Promise<string[]> =>
      (await stores.timelines.page(id, { ...WHOLE_TIMELINE, order: 'asc' }, null, MANY)).events.map(
        (event) => event.decoded().type,
      );
    const groupsOf = async (app: string): Promise<(readonly string[])[]> => {
      const found: (readonly string[])[] = [];
      for (let after: CustomerPosition | null = null; ;) {
        const { groups, last }: PurgeCustomers = await purges.customersAfter(app, after);
        found.push(...groups);
        if (last === null) return found;
        after = last;
      }
    };
    /** What is found of customers of any shard, in groups that can be dealt with together. */
    const find = async (customers: readonly Customer[], of: PurgeWindow) => {
      const ids = customers.map(({ id }) => id);
      const all: { parts: (readonly EventPosition[])[]; long: string[] } = { parts: [], long: [] };
      for (const group of await groupsOf(appId)) {
        const asked = group.filter((id) => ids.includes(id));
        if (asked.length === 0) continue;
        const { parts, long } = await purges.find(asked, of);
        all.parts.push(...parts);
        all.long.push(...long);
      }
      return all;
    };
    const inParts = async (part: (after: TimelinePosition | null) => Promise<PurgePart>): Promise<number> => {
      let [all, after]: [number, TimelinePosition | null] = [0, null];
      do {
        const { events, next }: PurgePart = await part(after);
        [all, after] = [all + events, next];
      } while (after !== null);
      return all;
    };
    const entry = (count: number): AuditEntry =>
      auditEntry(NOW, {
        appId,
        action: 'events.purged',
        actor: { kind: 'service', id: 'purge', requestId: null },
        count,
      });

    beforeEach(() => {
      stores = open();
      ({ purges } = stores);
      appId = randomId();
    });

    it('goes through the customers of one app, each in one group', async () => {
      const customers = [await put('a'), await put('b'), await put('c')];
      await put('a', randomId());
      expect((await groupsOf(appId)).flat().sort()).toEqual(customers.map(({ id }) => id).sort());
      expect(await groupsOf(randomId())).toEqual([]);
    });

    it('finds of several customers what is meant in the time of a window, and nothing else', async () => {
      const [old, young] = [await put('old'), await put('young'), await put('none')];
      const others = await put('old', randomId());
      await add(old, { type: 'page.a', occurredAt: PAST, id: 'e1' }, { type: 'order.a', occurredAt: PAST, id: 'e2' });
      await add(young, { type: 'page.b', occurredAt: KEPT, id: 'e3' });
      await add(others, { type: 'page.c', occurredAt: PAST, id: 'e4' });
      const foundIn = async (of: PurgeWindow) => {
        const { parts, long } = await find([old, young], of);
        expect(long).toEqual([]);
        return parts.flat().sort((a, b) => (a.id < b.id ? -1 : 1));
      };
      const e1 = { customerId: old.id, occurredAt: PAST, id: 'e1' };
      const e2 = { customerId: old.id, occurredAt: PAST, id: 'e2' };
      const e3 = { customerId: young.id, occurredAt: KEPT, id: 'e3' };
      expect(await foundIn(window('*=P2D'))).toEqual([e1, e2]);
      expect(await foundIn(window('page.*=P2D'))).toEqual([e1]);
      expect(await foundIn(window('*=P1D'))).toEqual([e1, e2, e3]);
      expect(await foundIn({ ...window('*=P2D'), from: instant('2026-04-16T10:59:59.999999Z') })).toEqual([e1, e2]);
      expect(await foundIn({ ...window('*=P2D'), from: instant('2026-04-16T11:00:00Z') })).toEqual([]);
    });

    it('deletes what was found of several customers, and counts what was still there', async () => {
      const customers = [await put('a'), await put('b')];
      for (const customer of customers)
        await add(customer, { type: 'page.a', occurredAt: PAST }, { type: 'page.b', occurredAt: KEPT });
      const of = { appId, holder: 'p1' };
      await purges.take(appId, 'p1', () => ({ run: runOf('*=P2D'), entry: null }));
      const { parts } = await find(customers, window('*=P2D'));
      const deleteAll = async (): Promise<number> => {
        let count = 0;
        for (const part of parts) count += await purges.deleteEvents(of, part);
        return count;
      };
      expect(await deleteAll()).toBe(2);
      expect(await deleteAll()).toBe(0);
      for (const customer of customers) expect(await left(customer)).toEqual(['page.b']);
      expect((await purges.runs()).find((run) => run.appId === appId)?.deleted).toBe(2);
    });

    it('counts and deletes of a customer what is meant, and nothing else', async () => {
      const [customer, other] = [await put('a'), await put('b')];
      const types = ['page.view', 'page.left', 'page.', 'page', 'pages.x', 'page.view.x', 'order.placed'];
      await add(customer, ...types.map((type) => ({ type, occurredAt: PAST })));
      await add(customer, { type: 'page.new', occurredAt: KEPT });
      await add(other, { type: 'page.left', occurredAt: PAST });
      const rules = 'page.view=forever,page.view.*=P1D,page.*=P2D,order.*=P3D';
      const pages = windowsOf(runOf(rules)).find(({ before }) => before === KEPT) as PurgeWindow;
      const count = () => inParts((after) => purges.countPart(customer.id, pages, after));
      expect(await count()).toBe(2);
      await purges.take(appId, 'p1', () => ({ run: runOf(rules), entry: null }));
      const of = { appId, customerId: customer.id, holder: 'p1' };
      expect(await inParts((after) => purges.deletePart(of, pages, after))).toBe(2);
      expect(await count()).toBe(0);
      expect((await left(customer)).sort()).toEqual(
        ['page.view', 'page', 'pages.x', 'page.view.x', 'order.placed', 'page.new'].sort(),
      );
      expect(await left(other)).toEqual(['page.left']);
      expect((await purges.runs()).find((run) => run.appId === appId)?.deleted).toBe(2);
    });

    it('keeps nothing of an eventId: what is sent again is refused for its time, not for having been there', async () => {
      const customer = await put('a');
      await add(customer, { occurredAt: PAST, eventId: 'e-1' });
      await purges.take(appId, 'p1', () => ({ run: runOf('*=P2D'), entry: null }));
      const of = { appId, customerId: customer.id, holder: 'p1' };
      expect(await inParts((after) => purges.deletePart(of, window('*=P2D'), after))).toBe(1);
      expect(await add(customer, { occurredAt: PAST, eventId: 'e-1' })).toEqual([{ kind: 'created' }]);
    });

    it('gives a run to one holder, who goes on with it, and to another one when it was let go', async () => {
      const run = runOf('*=P2D');
      const begin = (present: PurgeRun | null) => ({ run: present ?? run, entry: null });
      expect(await purges.take(appId, 'p1', begin)).toEqual(run);
      expect(await purges.take(appId, 'p2', begin)).toBeNull();
      const last = { createdAt: instant('2026-01-01T00:00:00.000001Z'), id: 'c1' };
      await purges.advance(appId, 'p1', last);
      await expect(purges.advance(appId, 'p2', last)).rejects.toThrow(RunTakenAway);
      await purges.release(appId, 'p2');
      expect(await purges.take(appId, 'p2', begin)).toBeNull();
      expect(await purges.take(appId, 'p1', begin)).toEqual({ ...run, after: last });
      await purges.release(appId, 'p1');
      expect(await purges.take(appId, 'p2', () => null)).toBeNull();
      expect(await purges.take(appId, 'p2', begin)).toEqual({ ...run, after: last });
    });

    it('gives a new run to one of many who begin it at once', async () => {
      const holders = ['p1', 'p2', 'p3', 'p4'];
      const take = (holder: string) => purges.take(appId, holder, () => ({ run: runOf('*=P2D'), entry: null }));
      const taken = await Promise.all(holders.map(take));
      expect(taken.filter((run) => run !== null)).toHaveLength(1);
    });

    it('deletes nothing for one who does not hold the run', async () => {
      const customer = await put('a');
      await add(customer, { occurredAt: PAST });
      await purges.take(appId, 'p1', () => ({ run: runOf('*=P2D'), entry: null }));
      const of = { appId, customerId: customer.id, holder: 'p2' };
      await expect(purges.deletePart(of, window('*=P2D'), null)).rejects.toThrow(RunTakenAway);
      const [part] = (await find([customer], window('*=P2D'))).parts;
      await expect(purges.deleteEvents(of, part as readonly EventPosition[])).rejects.toThrow(RunTakenAway);
      expect(await left(customer)).toHaveLength(1);
    });

    it('stores a finished run with its entry, and lets go of it', async () => {
      const run = runOf('*=P2D', { deleted: 5 });
      await purges.take(appId, 'p1', () => ({ run, entry: null }));
      const finished = finishedRun(run, NOW + 60_000);
      const told = entry(5);
      await expect(purges.finish('p2', { run: finished, entry: told })).rejects.toThrow(RunTakenAway);
      await purges.finish('p1', { run: finished, entry: told });
      expect((await purges.runs()).filter((other) => other.appId === appId)).toEqual([finished]);
      expect(await stores.entriesOf(appId)).toEqual([told]);
      const next = { ...runOf('*=P1D'), since: NOW };
      expect(await purges.take(appId, 'p2', () => ({ run: next, entry: null }))).toEqual(next);
    });

    it('forgets a run that nobody holds', async () => {
      const has = async () => (await purges.runs()).some((run) => run.appId === appId);
      await purges.take(appId, 'p1', () => ({ run: runOf('*=P2D'), entry: null }));
      await purges.forget(appId, entry(1));
      expect(await has()).toBe(true);
      await purges.release(appId, 'p1');
      await purges.forget(appId, entry(2));
      await purges.forget(appId, entry(3));
      expect(await has()).toBe(false);
      expect((await stores.entriesOf(appId)).map(({ count }) => count)).toEqual([2]);
    });
  });
}

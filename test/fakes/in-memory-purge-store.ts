import { compareInstants } from '../../libs/time/instant.ts';
import type { AuditEntry } from '../../src/platform/audit/audit-entry.ts';
import {
  PurgeStore,
  RunTakenAway,
  type EventPosition,
  type PurgeCustomers,
  type PurgeFindings,
  type PurgePart,
  type RunChange,
} from '../../src/customer-events/application/purge-store.port.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import type { CustomerPosition } from '../../src/customer-events/domain/customer-position.ts';
import type { PurgeRun, PurgeWindow } from '../../src/customer-events/domain/purge.ts';
import type { TimelinePosition } from '../../src/customer-events/domain/timeline.ts';
import { InMemoryAppDataStore } from './in-memory-app-data-store.ts';
import type { InMemoryCustomers } from './in-memory-customers.ts';

const PART = 2;

export class InMemoryPurgeStore extends PurgeStore {
  private readonly byApp = new Map<string, { run: PurgeRun; holder: string | null }>();

  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  runs(): Promise<PurgeRun[]> {
    return Promise.resolve([...this.byApp.values()].map(({ run }) => run));
  }

  async take(appId: string, holder: string, decide: (present: PurgeRun | null) => RunChange | null) {
    const present = this.byApp.get(appId);
    if (present !== undefined && present.holder !== null && present.holder !== holder) return null;
    const change = decide(present?.run ?? null);
    if (change === null) return null;
    this.byApp.set(appId, { run: change.run, holder });
    this.record(change.entry);
    return change.run;
  }

  async advance(appId: string, holder: string, last: CustomerPosition): Promise<void> {
    const held = this.held(appId, holder);
    held.run = { ...held.run, after: last };
  }

  async finish(holder: string, { run, entry }: RunChange): Promise<void> {
    this.held(run.appId, holder);
    this.byApp.set(run.appId, { run, holder: null });
    this.record(entry);
  }

  async release(appId: string, holder: string): Promise<void> {
    const present = this.byApp.get(appId);
    if (present?.holder === holder) present.holder = null;
  }

  async forget(appId: string, entry: AuditEntry | null): Promise<void> {
    const present = this.byApp.get(appId);
    if (present === undefined || present.holder !== null) return;
    this.byApp.delete(appId);
    this.record(entry);
  }

  async customersAfter(appId: string, after: CustomerPosition | null): Promise<PurgeCustomers> {
    const customers = await new InMemoryAppDataStore(this.customers).customersAfter(appId, after);
    const last = customers.at(-1);
    if (last === undefined) return { groups: [], last: null };
    return { groups: [customers.map(({ id }) => id)], last: { createdAt: last.createdAt, id: last.id } };
  }

  async find(customerIds: readonly string[], window: PurgeWindow): Promise<PurgeFindings> {
    const isLong = (id: string): boolean => this.eventsIn(id, window).length > PART;
    const parts = customerIds
      .filter((id) => !isLong(id))
      .map((customerId) =>
        this.eventsIn(customerId, window)
          .filter(({ type }) => isMeant(window, type))
          .map(({ occurredAt, id }) => ({ customerId, occurredAt, id })),
      )
      .filter((part) => part.length > 0);
    return { parts, long: customerIds.filter(isLong) };
  }

  async deleteEvents(
    { appId, holder }: { appId: string; holder: string },
    events: readonly EventPosition[],
  ): Promise<number> {
    const held = this.held(appId, holder);
    let deleted = 0;
    for (const { customerId, id } of events) {
      const customer = this.customers.byId.get(customerId);
      if (customer === undefined) continue;
      const kept = customer.events.filter((event) => event.id !== id);
      deleted += customer.events.length - kept.length;
      customer.events = kept;
    }
    held.run = { ...held.run, deleted: held.run.deleted + deleted };
    return deleted;
  }

  async countPart(customerId: string, window: PurgeWindow, after: TimelinePosition | null): Promise<PurgePart> {
    const { part, next } = this.part(customerId, window, after);
    return { events: part.filter(({ type }) => isMeant(window, type)).length, next };
  }

  async deletePart(
    { appId, customerId, holder }: { appId: string; customerId: string; holder: string },
    window: PurgeWindow,
    after: TimelinePosition | null,
  ): Promise<PurgePart> {
    const { part, next } = this.part(customerId, window, after);
    const deleted = part.filter(({ type }) => isMeant(window, type));
    if (deleted.length === 0) return { events: 0, next };
    const held = this.held(appId, holder);
    const customer = this.customers.byId.get(customerId);
    if (customer !== undefined) customer.events = customer.events.filter((event) => !deleted.includes(event));
    held.run = { ...held.run, deleted: held.run.deleted + deleted.length };
    return { events: deleted.length, next };
  }

  private held(appId: string, holder: string): { run: PurgeRun; holder: string | null } {
    const present = this.byApp.get(appId);
    if (present?.holder !== holder) throw new RunTakenAway();
    return present;
  }

  private record(entry: AuditEntry | null): void {
    if (entry !== null) this.customers.audit.push(entry);
  }

  private part(customerId: string, window: PurgeWindow, after: TimelinePosition | null) {
    const rest = this.eventsIn(customerId, window).filter((event) => after === null || compare(event, after) > 0);
    const part = rest.slice(0, PART);
    const last = part.at(-1);
    const next = last === undefined || part.length < PART ? null : { occurredAt: last.occurredAt, id: last.id };
    return { part, next };
  }

  private eventsIn(customerId: string, { from, before }: PurgeWindow): CustomerEvent[] {
    const events = this.customers.byId.get(customerId)?.events ?? [];
    return events
      .filter(({ occurredAt }) => compareInstants(occurredAt, before) < 0)
      .filter(({ occurredAt }) => from === null || compareInstants(occurredAt, from) >= 0)
      .sort(compare);
  }
}

const compare = (a: TimelinePosition, b: TimelinePosition): number =>
  compareInstants(a.occurredAt, b.occurredAt) || (a.id < b.id ? -1 : Number(a.id > b.id));

const isMeant = ({ rules }: PurgeWindow, type: string): boolean =>
  rules.find(({ text, isPrefix }) => (isPrefix ? type.startsWith(text) : type === text))?.isMeant ?? false;

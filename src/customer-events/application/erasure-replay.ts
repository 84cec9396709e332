import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/audit/audit-entry.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { ErasureKeys, type KeptErasedId } from '../domain/erasure-keys.ts';
import type { Erasures } from '../domain/erasures.ts';
import { WHOLE_TIMELINE, type TimelinePosition } from '../domain/timeline.ts';
import { Customers } from './customers.ts';
import { ErasedIdStore, type CustomerOfAnyApp } from './erased-id-store.port.ts';
import { TimelineStore } from './timeline-store.port.ts';
import { Timeline } from './timeline.ts';

const CUSTOMERS_AT_ONCE = 1_000;
const PAGE = { events: 1_000, bytes: 4_194_304, entries: 20_000 };

export interface ReplayCounts {
  customers: number;
  events: number;
}

/** Erases once more what a restored backup has brought back. */
@Injectable()
export class ErasureReplay {
  constructor(
    private readonly customers: Customers,
    private readonly timeline: Timeline,
    private readonly timelines: TimelineStore,
    private readonly store: ErasedIdStore,
    private readonly keys: ErasureKeys,
  ) {}

  /** Whether pseudonyms and keys made with this secret can be recognised; empty: with none. */
  knowsSecret(secretId: string): boolean {
    return secretId === '' || this.keys.secretIds.includes(secretId);
  }

  /** What is there already stays as it is. */
  addErasedIds(ids: readonly KeptErasedId[]): Promise<void> {
    return this.store.add(ids);
  }

  /**
   * Goes through all customers, and through the events of those of which some were erased.
   *
   * @param isDryRun only count.
   * @returns what was erased, or would be.
   */
  async replay(erasures: Erasures, actor: Actor, isDryRun: boolean): Promise<ReplayCounts> {
    const counts: ReplayCounts = { customers: 0, events: 0 };
    for (let after: string | null = null; ;) {
      const part: CustomerOfAnyApp[] = await this.store.customers(CUSTOMERS_AT_ONCE, after);
      for (const customer of part) await this.replayFor(customer, erasures, actor, isDryRun, counts);
      if (part.length < CUSTOMERS_AT_ONCE) return counts;
      after = part.at(-1)?.id ?? null;
    }
  }

  private async replayFor(
    { id, appId, externalId, createdAt }: CustomerOfAnyApp,
    erasures: Erasures,
    actor: Actor,
    isDryRun: boolean,
    counts: ReplayCounts,
  ): Promise<void> {
    const pseudonyms = this.keys.pseudonyms(id);
    if (erasures.hasCustomer(pseudonyms, createdAt)) {
      if (!isDryRun) await unlessGone(() => this.customers.erase(appId, externalId, actor));
      counts.customers++;
      return;
    }
    const erased = erasures.eventsOf(pseudonyms);
    for (const eventId of erased.size === 0 ? [] : await this.idsAmong(id, erased)) {
      if (!isDryRun) await unlessGone(() => this.timeline.eraseEvent(appId, externalId, eventId, actor));
      counts.events++;
    }
  }

  private async idsAmong(customerId: string, pseudonyms: ReadonlySet<string>): Promise<string[]> {
    const found: string[] = [];
    for (let after: TimelinePosition | null = null; ;) {
      const page = await this.timelines.page(customerId, { ...WHOLE_TIMELINE, order: 'asc' }, after, PAGE);
      for (const { id } of page.events) {
        if (this.keys.eventPseudonyms(customerId, id).some((pseudonym) => pseudonyms.has(pseudonym))) found.push(id);
      }
      if (page.next === null) return found;
      after = page.next;
    }
  }
}

/** Somebody else has erased it meanwhile. */
async function unlessGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'not-found') throw error;
  }
}

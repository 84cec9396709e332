import { Injectable } from '@nestjs/common';
import { neverAbandoned, type IsAbandoned } from '../../../libs/kernel/abandoned.ts';
import type { AllFields } from '../../../libs/kernel/all-fields.ts';
import { Clock } from '../../../libs/kernel/clock.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { timeOrderedIdSource } from '../../../libs/kernel/ids.ts';
import { isTurnSpent, nextTurn } from '../../../libs/kernel/time-slice.ts';
import { customerNotFound, eventErased, eventIdConflict, eventRefused } from '../domain/customer-events-error.ts';
import { differingFields, type CustomerEvent, type EventDraft } from '../domain/customer-event.ts';
import { customerIdOf } from '../domain/customer.ts';
import { retentionCheck, type ReceivingApp } from '../domain/retention.ts';
import { instantFromMillis, millisOfInstant, type Instant } from '../../../libs/time/instant.ts';
import { CustomerEventStore, type AppendOutcome } from './customer-event-store.port.ts';
import { EventObserver } from './event-observer.port.ts';

/** An event that is committed. */
export interface Recorded {
  readonly event: CustomerEvent;
  /** It was stored before, by an earlier request with the same `eventId`. */
  readonly replayed: boolean;
}

/** As many as a batch may have; of an import there are more, and a live event waits for a millisecond at most. */
const EVENTS_AT_ONCE = 512;

/** Records events: the one way in, whatever channel they come through. */
@Injectable()
export class CustomerEvents {
  private readonly nextId = timeOrderedIdSource();
  private latest = { millis: 0, instant: instantFromMillis(0) };

  constructor(
    private readonly store: CustomerEventStore,
    private readonly clock: Clock,
    private readonly observer: EventObserver,
  ) {}

  /**
   * Records one event; when it resolves, the event is committed.
   *
   * @throws CUSTOMER_NOT_FOUND, EVENT_ID_CONFLICT, EVENT_ERASED; SERVICE_UNAVAILABLE; VALIDATION_ERROR for an event that
   *   is past its retention, stored or not.
   */
  async record(app: ReceivingApp, draft: EventDraft, isAbandoned: IsAbandoned = neverAbandoned): Promise<Recorded> {
    const [result] = await this.recordAll(app, [draft], isAbandoned);
    if (result instanceof DomainError) throw result;
    return result as Recorded;
  }

  /**
   * Records many events in one transaction, each with its own result, in their order. A refused
   * one does not affect the others. A refusal that is passed in is passed on, in its place.
   *
   * @throws SERVICE_UNAVAILABLE, and then nothing is stored.
   */
  async recordAll(
    app: ReceivingApp,
    drafts: readonly (EventDraft | DomainError)[],
    isAbandoned: IsAbandoned = neverAbandoned,
  ): Promise<(Recorded | DomainError)[]> {
    const results = await this.resultsOf(app, drafts, (events) => this.store.append(events, isAbandoned));
    for (const result of results) {
      if (!(result instanceof DomainError)) this.observer.recorded(app.id, result.event.type);
    }
    return results;
  }

  /**
   * What {@link recordAll} would respond now; nothing is written.
   *
   * @param isAssumed whether a customer that does not exist is to be taken for one that does.
   * @throws SERVICE_UNAVAILABLE
   */
  previewAll(
    app: ReceivingApp,
    drafts: readonly (EventDraft | DomainError)[],
    isAssumed: (customerId: string) => boolean = () => false,
  ): Promise<(Recorded | DomainError)[]> {
    return this.resultsOf(app, drafts, (events) => this.store.preview(events, isAssumed));
  }

  private async resultsOf(
    app: ReceivingApp,
    drafts: readonly (EventDraft | DomainError)[],
    settle: (events: readonly CustomerEvent[]) => Promise<AppendOutcome[]>,
  ): Promise<(Recorded | DomainError)[]> {
    const events: CustomerEvent[] = [];
    const refusalOf = retentionCheck(app.retention, this.clock.now());
    const admitted = drafts.map((draft) => (draft instanceof DomainError ? draft : (refusalOf(draft) ?? draft)));
    for (const draft of admitted) {
      if (draft instanceof DomainError) continue;
      events.push(this.eventFrom(app.id, draft));
      if (events.length % EVENTS_AT_ONCE === 0) await nextTurn();
    }
    const outcomes = events.length === 0 ? [] : await settle(events);
    const results: (Recorded | DomainError)[] = [];
    let next = 0;
    for (const draft of admitted) {
      if (draft instanceof DomainError) {
        results.push(draft);
        continue;
      }
      const [event, outcome] = [events[next] as CustomerEvent, outcomes[next] as AppendOutcome];
      next++;
      results.push(resultOf(draft, event, outcome));
      // Comparing a repeated payload of 64 KiB takes milliseconds, and a batch can have a hundred of them.
      if (outcome.kind === 'existing' && isTurnSpent()) await nextTurn();
    }
    return results;
  }

  private eventFrom(appId: string, draft: EventDraft): AllFields<CustomerEvent> {
    const nowMillis = this.clock.now();
    const now = this.instantOf(nowMillis);
    const occurredAt = draft.occurredAt ?? now;
    return {
      id: this.nextId(draft.occurredAt === undefined ? nowMillis : millisOfInstant(occurredAt), nowMillis),
      customerId: customerIdOf(appId, draft.customerExternalId),
      type: draft.type,
      payload: draft.payload,
      occurredAt,
      createdAt: now,
      eventId: draft.eventId ?? null,
    };
  }

  /** Many events come in the same millisecond. */
  private instantOf(millis: number): Instant {
    if (millis !== this.latest.millis) this.latest = { millis, instant: instantFromMillis(millis) };
    return this.latest.instant;
  }
}

function resultOf(draft: EventDraft, event: CustomerEvent, outcome: AppendOutcome): Recorded | DomainError {
  switch (outcome.kind) {
    case 'created':
      return { event, replayed: false };
    case 'existing': {
      const fields = differingFields(draft, outcome.event);
      return fields.length > 0 ? eventIdConflict(fields) : { event: outcome.event, replayed: true };
    }
    case 'erased':
      return eventErased();
    case 'customer-unknown':
      return customerNotFound();
    case 'refused':
      return eventRefused();
  }
}

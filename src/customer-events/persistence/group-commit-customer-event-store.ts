import { Inject, Injectable, Optional } from '@nestjs/common';
import { Abandoned, neverAbandoned, type IsAbandoned } from '../../../libs/kernel/abandoned.ts';
import {
  storageOverloaded,
  StorageUnavailable,
  storageUnavailable,
} from '../../platform/postgres/storage-unavailable.ts';
import { isResponseLost } from '../../platform/postgres/storage-errors.ts';
import { CustomerEventStore, type AppendOutcome } from '../application/customer-event-store.port.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { GroupCommitObserver } from './group-commit-observer.ts';
import { SHARD_OF_EVENTS, type ShardOfEvents } from './shard-of-events.ts';
import { TypeormCustomerEventStore } from './typeorm-customer-event-store.ts';

/** The injection token of {@link GroupCommitLimits}: a part of the settings, bound in the app's module. */
export const GROUP_COMMIT_LIMITS = 'GROUP_COMMIT_LIMITS';

export interface GroupCommitLimits {
  /** Events that wait or are being written, at most; a request beyond that is refused at once. */
  readonly maxQueuedEvents: number;
  /** Events of one statement, at most, unless a single request brings more. */
  readonly maxEventsPerCommit: number;
  /** Commits at a time where the database is in one piece: more than one where requests bring many events. */
  readonly maxCommits: number;
  /** Commits at a time where the database is distributed, 2 at least. */
  readonly maxCommitsOfShards: number;
}

/** Of a request whose commit others need not wait for. */
const MANY_EVENTS = 100;

/** The events of one request, and who waits for them. */
interface Submission {
  readonly events: readonly CustomerEvent[];
  readonly isAbandoned: IsAbandoned;
  readonly resolve: (outcomes: AppendOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests whose events are written together. */
interface CommitQueue {
  /** Undefined: the database is in one piece. */
  readonly shard: number | 'several' | undefined;
  /** Commits of it at a time. */
  readonly maxCommits: number;
  waiting: Submission[];
  /** Why its shard could not be written to when it was last tried. */
  failure: StorageUnavailable | undefined;
}

/** The requests of one queue that are being written. */
interface Commit {
  readonly queue: CommitQueue;
  readonly group: readonly Submission[];
  /** Those of its events; undefined: nobody has asked yet. */
  eventIds: ReadonlySet<string> | undefined;
}

/**
 * Group commit: the events of concurrent requests are written by one statement, and each request
 * gets its response after the commit that holds its events. There is no timer: while one statement is
 * under way the next group gathers, and on an idle service a single event goes out at once.
 *
 * Single events are written by one statement at a time: measured with 64 connections, two at a time wrote a fifth fewer
 * events at three times the p99, four at a time a quarter fewer at twelve times the p99. Requests with many events
 * have a queue of their own, and two of its groups are written at a time: while Node makes one ready, PostgreSQL is at the
 * other, 1.4 times as many events. See docs/decisions/0051-batches-two-at-a-time.md.
 *
 * Where the database is distributed, each shard has a queue of its own, and several are written at a time. A shard
 * that cannot be written to fails its own queue only; until it can be again, one statement at a time tries, for all such
 * shards together, and if it fails, all who wait for them are refused. They take half of the room for events that wait
 * at most. A batch of several shards is a transaction of its own; one place is never taken by these.
 */
@Injectable()
export class GroupCommitCustomerEventStore extends CustomerEventStore {
  /** By their shard, or by how many events their requests bring. */
  private readonly queues = new Map<number | 'few' | 'many', CommitQueue>();
  /** Those with requests that wait, and room for another commit of it, in the order in which they began to wait. */
  private readonly ready = new Set<CommitQueue>();
  private inFlight: readonly Commit[] = [];
  private unfinishedEvents = 0;

  constructor(
    @Inject(TypeormCustomerEventStore) private readonly store: CustomerEventStore,
    @Inject(GROUP_COMMIT_LIMITS) private readonly limits: GroupCommitLimits,
    @Optional() private readonly observer?: GroupCommitObserver,
    @Optional() @Inject(SHARD_OF_EVENTS) private readonly shardOf: ShardOfEvents = () => undefined,
  ) {
    super();
  }

  /** @throws {StorageOverloaded} at once, where too much is waiting already. {@link StorageUnavailable} */
  append(events: readonly CustomerEvent[], isAbandoned: IsAbandoned): Promise<AppendOutcome[]> {
    if (this.unfinishedEvents > 0 && this.unfinishedEvents + events.length > this.limits.maxQueuedEvents) {
      this.observer?.refused();
      return Promise.reject(storageOverloaded());
    }
    const queue = this.queueOf(events);
    if (queue.failure !== undefined && this.unfinishedEvents > this.limits.maxQueuedEvents / 2) {
      return Promise.reject(storageUnavailable(queue.failure.cause));
    }
    return new Promise((resolve, reject) => {
      queue.waiting.push({ events, isAbandoned, resolve, reject });
      this.count(events.length);
      this.makeReady(queue);
      this.writeNext();
    });
  }

  preview(events: readonly CustomerEvent[], isAssumed: (customerId: string) => boolean): Promise<AppendOutcome[]> {
    return this.store.preview(events, isAssumed);
  }

  private queueOf(events: readonly CustomerEvent[]): CommitQueue {
    const shard = this.shardOf(events);
    if (shard === 'several') return newQueue(shard, 1);
    const key = shard ?? (events.length < MANY_EVENTS ? 'few' : 'many');
    let queue = this.queues.get(key);
    if (queue === undefined) {
      queue = newQueue(shard, key === 'many' ? this.limits.maxCommits : 1);
      this.queues.set(key, queue);
    }
    return queue;
  }

  private makeReady(queue: CommitQueue): void {
    if (queue.waiting.length > 0 && this.commitsOf(queue) < queue.maxCommits) this.ready.add(queue);
  }

  private commitsOf(queue: CommitQueue): number {
    return this.inFlight.filter((commit) => commit.queue === queue).length;
  }

  private writeNext(): void {
    for (const queue of this.ready) {
      if (!this.hasPlaceFor(queue)) continue;
      const group = this.takeGroup(queue);
      if (group.length === 0) continue;
      this.ready.delete(queue);
      void this.commit({ queue, group, eventIds: undefined });
      this.makeReady(queue);
    }
  }

  private hasPlaceFor(queue: CommitQueue): boolean {
    const { maxCommits, maxCommitsOfShards } = this.limits;
    const others = this.inFlight.map((commit) => commit.queue);
    if (queue.shard === undefined) return others.filter(({ shard }) => shard === undefined).length < maxCommits;
    if (others.length >= maxCommitsOfShards) return false;
    if (queue.failure !== undefined) return others.every(({ failure }) => failure === undefined);
    return (
      queue.shard !== 'several' || others.filter(({ shard }) => shard === 'several').length < maxCommitsOfShards - 1
    );
  }

  /** Writes one group; then others have their turn. */
  private async commit(commit: Commit): Promise<void> {
    const { queue, group } = commit;
    this.inFlight = [...this.inFlight, commit];
    await this.write(queue, group);
    this.count(-countEvents(group));
    this.inFlight = this.inFlight.filter((other) => other !== commit);
    this.makeReady(queue);
    this.writeNext();
  }

  private count(events: number): void {
    this.unfinishedEvents += events;
    this.observer?.queued(this.unfinishedEvents);
  }

  /** Those that wait may have none to take: see {@link isBeingWritten}. */
  private takeGroup(queue: CommitQueue): Submission[] {
    let events = 0;
    let end = 0;
    for (const submission of queue.waiting) {
      events += submission.events.length;
      if (end > 0 && events > this.limits.maxEventsPerCommit) break;
      if (this.isBeingWritten(submission, queue)) break;
      end++;
    }
    const group = queue.waiting.slice(0, end);
    queue.waiting = queue.waiting.slice(end);
    return group;
  }

  /**
   * Whether an event with one of its `eventId`s is: as where a batch is sent again while it is still being written. Two
   * COPYs of it would not see each other, and PostgreSQL would log the payload of the one that comes too late. Commits of
   * other shards are of other customers, and have none of its events.
   */
  private isBeingWritten({ events }: Submission, { shard }: CommitQueue): boolean {
    return this.inFlight.some((commit) => {
      if (areApart(shard, commit.queue.shard)) return false;
      commit.eventIds ??= eventIdsOf(commit.group);
      const { eventIds } = commit;
      return eventIds.size > 0 && events.some(({ eventId }) => eventId !== null && eventIds.has(eventId));
    });
  }

  /** Never rejects: every submission of the group gets its own response. */
  private async write(queue: CommitQueue, group: readonly Submission[]): Promise<void> {
    const awaited: Submission[] = [];
    for (const submission of group) {
      if (submission.isAbandoned()) submission.reject(new Abandoned());
      else awaited.push(submission);
    }
    if (awaited.length === 0) return;
    try {
      const events = awaited.flatMap((submission) => submission.events);
      const startedAt = performance.now();
      const outcomes = await this.store.append(events, neverAbandoned);
      queue.failure = undefined;
      this.observer?.written(events.length, (performance.now() - startedAt) / 1000);
      let next = 0;
      for (const { events, resolve } of awaited) resolve(outcomes.slice(next, (next += events.length)));
    } catch (error) {
      await this.settle(queue, awaited, error);
    }
  }

  private async settle(queue: CommitQueue, group: readonly Submission[], error: unknown): Promise<void> {
    if (error instanceof StorageUnavailable) {
      this.observer?.failed();
      for (const { reject } of group) reject(error);
      this.refuseWaiting(queue, error);
    } else if (group.length === 1) {
      group[0]?.reject(error);
    } else {
      // One of them is at fault, and must not fail its neighbours.
      const half = Math.ceil(group.length / 2);
      await this.write(queue, group.slice(0, half));
      await this.write(queue, group.slice(half));
    }
  }

  /**
   * Those who wait would fare no better: refused now, they can try again soon, and nobody waits through one time-out
   * after the other. Where a distributed database has answered, it is only those of shards that cannot be written to.
   */
  private refuseWaiting(queue: CommitQueue, error: StorageUnavailable): void {
    const isOfShard = queue.shard !== undefined && !isResponseLost(error.cause);
    if (isOfShard) queue.failure = error;
    for (const concerned of [queue, ...this.ready]) {
      if (isOfShard && concerned.failure === undefined) continue;
      const waiting = concerned.waiting.splice(0);
      this.ready.delete(concerned);
      this.count(-countEvents(waiting));
      for (const { reject } of waiting) reject(storageUnavailable(error.cause));
    }
  }
}

const newQueue = (shard: CommitQueue['shard'], maxCommits: number): CommitQueue => ({
  shard,
  maxCommits,
  waiting: [],
  failure: undefined,
});

/** Whether no customer can have events in both. */
const areApart = (shard: CommitQueue['shard'], other: CommitQueue['shard']): boolean =>
  typeof shard === 'number' && typeof other === 'number' && shard !== other;

const eventIdsOf = (submissions: readonly Submission[]): Set<string> =>
  new Set(submissions.flatMap(({ events }) => events.flatMap(({ eventId }) => (eventId === null ? [] : [eventId]))));

const countEvents = (submissions: readonly Submission[]): number =>
  submissions.reduce((count, { events }) => count + events.length, 0);

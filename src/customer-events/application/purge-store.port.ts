import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import type { CustomerPosition } from '../domain/customer-position.ts';
import type { PurgeRun, PurgeWindow } from '../domain/purge.ts';
import type { TimelinePosition } from '../domain/timeline.ts';

/** What becomes of the run of an app, and what is to be recorded of the one before it. */
export interface RunChange {
  readonly run: PurgeRun;
  readonly entry: AuditEntry | null;
}

/** The next customers of an app. */
export interface PurgeCustomers {
  /** Their ids, apart by what can be dealt with together: on a distributed database those of one shard. */
  readonly groups: readonly (readonly string[])[];
  /** The last of them; null: there was none. */
  readonly last: CustomerPosition | null;
}

/** Where an event stands, of any customer. */
export interface EventPosition extends TimelinePosition {
  readonly customerId: string;
}

/** What was found of several customers in a window. */
export interface PurgeFindings {
  /** Events that are meant, in parts that can be deleted at once each. */
  readonly parts: readonly (readonly EventPosition[])[];
  /** Customers with too many events in the window for so many customers together; none of theirs is among the parts. */
  readonly long: readonly string[];
}

/** A part of the events of a customer in a window. */
export interface PurgePart {
  /** Events that are meant by the window. */
  readonly events: number;
  /** Behind which the next part begins; null: there is none. */
  readonly next: TimelinePosition | null;
}

/** The run is in the hands of another process, or is gone. */
export class RunTakenAway extends Error {
  constructor() {
    super('another process has taken over the purge of this app');
    this.name = 'RunTakenAway';
  }
}

/**
 * Finds and deletes events that are past their retention, and keeps how far each run came. Whoever is at a run holds it:
 * no other process takes it over until some minutes after the last change. All methods throw SERVICE_UNAVAILABLE.
 */
export abstract class PurgeStore {
  /** Of all apps that have one. */
  abstract runs(): Promise<PurgeRun[]>;

  /**
   * Takes the run of an app into the hands of a holder.
   *
   * @param decide the run to be done, out of the one that is there; null: there is nothing to be done.
   * @returns the run; null: nothing is to be done, or another holder has it.
   */
  abstract take(
    appId: string,
    holder: string,
    decide: (present: PurgeRun | null) => RunChange | null,
  ): Promise<PurgeRun | null>;

  /** Notes that all customers up to this one are dealt with. @throws {RunTakenAway} */
  abstract advance(appId: string, holder: string, last: CustomerPosition): Promise<void>;

  /** Stores a run that has come to its end, and lets go of it. @throws {RunTakenAway} */
  abstract finish(holder: string, change: RunChange): Promise<void>;

  /** Lets go of a run that goes on another time. */
  abstract release(appId: string, holder: string): Promise<void>;

  /** Forgets the run of an app that has no rules any more, unless somebody holds it. */
  abstract forget(appId: string, entry: AuditEntry | null): Promise<void>;

  /** The next customers behind a position; null: from the first. */
  abstract customersAfter(appId: string, after: CustomerPosition | null): Promise<PurgeCustomers>;

  /**
   * Looks at the events of customers in a window, in one statement that goes through some thousand of them at most.
   *
   * @param customerIds one of the groups above, or a part of one; at least one.
   */
  abstract find(customerIds: readonly string[], window: PurgeWindow): Promise<PurgeFindings>;

  /**
   * Deletes events as `deletePart` does, of several customers.
   *
   * @param events one of the parts that were found.
   * @returns how many of them were still there.
   * @throws {RunTakenAway} and then nothing is deleted.
   */
  abstract deleteEvents(
    of: { readonly appId: string; readonly holder: string },
    events: readonly EventPosition[],
  ): Promise<number>;

  /** Counts the next part of one customer: of some thousand events those that are meant. */
  abstract countPart(customerId: string, window: PurgeWindow, after: TimelinePosition | null): Promise<PurgePart>;

  /**
   * Deletes the next part of one customer, 1,000 events at most, and adds them to the run, in one transaction. Nothing is kept of their
   * `eventId`s: what is past its retention is refused without them.
   *
   * @throws {RunTakenAway} and then nothing is deleted.
   */
  abstract deletePart(
    of: { readonly appId: string; readonly customerId: string; readonly holder: string },
    window: PurgeWindow,
    after: TimelinePosition | null,
  ): Promise<PurgePart>;
}

import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import type { CustomerPosition } from '../domain/customer-position.ts';
import type { PurgeRun, PurgeWindow } from '../domain/purge.ts';
import type { TimelinePosition } from '../domain/timeline.ts';

/** What becomes of the run of an app, and what is to be recorded of the one before it. */
export interface RunChange {
  readonly run: PurgeRun;
  readonly entry: AuditEntry | null;
}

/** The next customers of an app, and of them those who may have something to purge. */
export interface PurgeCandidates {
  /** For each window the ids of those who have events in its time, of whatever type. */
  readonly ofWindow: readonly (readonly string[])[];
  /** How many were asked. */
  readonly customers: number;
  /** The last one that was asked; null: there was none. */
  readonly last: CustomerPosition | null;
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

  /** The next customers behind a position; null: from the first. It reads the index alone. */
  abstract candidates(
    appId: string,
    windows: readonly PurgeWindow[],
    after: CustomerPosition | null,
  ): Promise<PurgeCandidates>;

  /** Counts the next part: of some thousand events those that are meant. */
  abstract countPart(customerId: string, window: PurgeWindow, after: TimelinePosition | null): Promise<PurgePart>;

  /**
   * Deletes the next part, 1,000 events at most, and adds them to the run, in one transaction. Nothing is kept of their
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

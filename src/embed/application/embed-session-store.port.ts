import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import type { EmbedSession } from '../domain/embed-session.ts';

/** How much a session was used since it was last noted. */
export interface SessionUse {
  readonly id: string;
  readonly requests: number;
  /** Milliseconds since the Unix epoch. */
  readonly lastSeenAt: number;
}

/** Where a list goes on. */
export type SessionPosition = Pick<EmbedSession, 'createdAt' | 'id'>;

/**
 * Keeps embed sessions. What changes one is stored together with its entry in the audit trail: both, or neither. Erasing a
 * customer, and deleting an app, delete their sessions. All methods throw SERVICE_UNAVAILABLE where the database is away.
 */
export abstract class EmbedSessionStore {
  abstract findBySha256(sha256: Buffer): Promise<EmbedSession | null>;

  /** Returns false, and stores nothing, where its customer is not there any more: an erasure leaves no session behind. */
  abstract add(session: EmbedSession, entry: AuditEntry): Promise<boolean>;

  /**
   * Ends a session.
   *
   * @param appId the app whose session it must be; null: of any.
   * @param entryOf makes the entry; not called where the session was ended before, which keeps its time.
   * @returns the session as it is now; null: there is no such session.
   */
  abstract revoke(
    id: string,
    appId: string | null,
    at: number,
    entryOf: (session: EmbedSession) => AuditEntry,
  ): Promise<EmbedSession | null>;

  /**
   * Moves the expiry of a session that is neither ended nor expired, as `renewed` says.
   *
   * @returns the session as it is now, also where it could not be renewed; null: there is no such session.
   */
  abstract renew(id: string, now: number): Promise<EmbedSession | null>;

  /** The sessions of an app, the newest first, behind a position (from the newest: null). */
  abstract list(appId: string, limit: number, after: SessionPosition | null): Promise<EmbedSession[]>;

  /** Adds up; a session that is gone is left out. */
  abstract noteUses(uses: readonly SessionUse[]): Promise<void>;

  /**
   * Notes that a session has looked at its customer, and stores the entry that tells it, unless that was done less than
   * `withinMs` before: once, however many instances try.
   */
  abstract noteView(id: string, at: number, withinMs: number, entry: AuditEntry): Promise<void>;

  /** Deletes sessions that no renewal could prolong since before a time. Returns how many. */
  abstract deleteRenewableBefore(at: number): Promise<number>;
}

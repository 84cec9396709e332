import {
  EmbedSessionStore,
  type SessionPosition,
  type SessionUse,
} from '../../src/embed/application/embed-session-store.port.ts';
import { renewed, sessionState, type EmbedSession } from '../../src/embed/domain/embed-session.ts';
import type { AuditEntry } from '../../src/platform/audit/audit-entry.ts';

export class InMemoryEmbedSessionStore extends EmbedSessionStore {
  /** All that was recorded, in its order. */
  readonly entries: AuditEntry[] = [];
  private readonly sessions = new Map<string, EmbedSession>();
  private readonly views = new Map<string, number>();

  /** @param customers the ids of those that exist. */
  constructor(private readonly customers: ReadonlySet<string>) {
    super();
  }

  findBySha256(sha256: Buffer): Promise<EmbedSession | null> {
    return Promise.resolve([...this.sessions.values()].find((session) => session.sha256.equals(sha256)) ?? null);
  }

  add(session: EmbedSession, entry: AuditEntry): Promise<boolean> {
    if (!this.customers.has(session.customerId)) return Promise.resolve(false);
    this.sessions.set(session.id, session);
    this.entries.push(entry);
    return Promise.resolve(true);
  }

  revoke(
    id: string,
    appId: string | null,
    at: number,
    entryOf: (session: EmbedSession) => AuditEntry,
  ): Promise<EmbedSession | null> {
    const session = this.sessions.get(id);
    if (session === undefined || (appId !== null && session.appId !== appId)) return Promise.resolve(null);
    if (session.revokedAt !== null) return Promise.resolve(session);
    this.entries.push(entryOf(session));
    return Promise.resolve(this.change({ ...session, revokedAt: at }));
  }

  renew(id: string, now: number): Promise<EmbedSession | null> {
    const session = this.sessions.get(id);
    if (session === undefined) return Promise.resolve(null);
    return Promise.resolve(sessionState(session, now) === 'valid' ? this.change(renewed(session, now)) : session);
  }

  list(appId: string, limit: number, after: SessionPosition | null): Promise<EmbedSession[]> {
    const sessions = [...this.sessions.values()].filter((session) => session.appId === appId);
    const behind = sessions.sort(newestFirst).filter((session) => after === null || newestFirst(session, after) > 0);
    return Promise.resolve(behind.slice(0, limit));
  }

  noteUses(uses: readonly SessionUse[]): Promise<void> {
    for (const { id, requests, lastSeenAt } of uses) {
      const session = this.sessions.get(id);
      if (session === undefined) continue;
      const latest = Math.max(session.lastSeenAt ?? lastSeenAt, lastSeenAt);
      this.change({ ...session, requests: session.requests + requests, lastSeenAt: latest });
    }
    return Promise.resolve();
  }

  noteView(id: string, at: number, withinMs: number, entry: AuditEntry): Promise<void> {
    if (this.sessions.has(id) && (this.views.get(id) ?? -Infinity) <= at - withinMs) {
      this.views.set(id, at);
      this.entries.push(entry);
    }
    return Promise.resolve();
  }

  deleteRenewableBefore(at: number): Promise<number> {
    const over = [...this.sessions.values()].filter(({ renewableUntil }) => renewableUntil < at);
    for (const { id } of over) this.sessions.delete(id);
    return Promise.resolve(over.length);
  }

  private change(session: EmbedSession): EmbedSession {
    this.sessions.set(session.id, session);
    return session;
  }
}

const newestFirst = (a: SessionPosition, b: SessionPosition): number =>
  b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1);

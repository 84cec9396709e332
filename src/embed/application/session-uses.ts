import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { atMost } from '../../../libs/kernel/at-most.ts';
import { Clock } from '../../../libs/kernel/clock.ts';
import { WriteTurns } from '../../../libs/kernel/turns.ts';
import { auditEntry, type Actor } from '../../platform/audit/audit-entry.ts';
import type { EmbedSession } from '../domain/embed-session.ts';
import { auditedViewer } from './audited-viewer.ts';
import { EmbedSessionStore, type SessionUse } from './embed-session-store.port.ts';
import { SessionCustomers } from './session-customers.port.ts';

const FLUSH_EVERY_MS = 10_000;
const VIEW_EVERY_MS = 3_600_000;
const MAX_SESSIONS_NOTED = 10_000;

/**
 * Notes off the requests' way what sessions do: how often they ask, all ten seconds, and once an hour, in the audit, that
 * they look at their customer. What an instance has counted and not yet noted is lost with a kill -9.
 */
@Injectable()
export class SessionUses {
  private readonly logger = new Logger(SessionUses.name);
  private readonly pending = new Map<string, SessionUse>();
  /** By the ids of sessions: when this instance last tried to note a view, in milliseconds since the Unix epoch. */
  private readonly viewsTried = new LRUCache<string, number>(atMost(MAX_SESSIONS_NOTED));
  private readonly underWay = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private failing = false;

  constructor(
    private readonly store: EmbedSessionStore,
    private readonly customers: SessionCustomers,
    private readonly writes: WriteTurns,
    private readonly clock: Clock,
  ) {}

  /** Counts a request of a session. */
  noteRequest({ id }: EmbedSession): void {
    const requests = (this.pending.get(id)?.requests ?? 0) + 1;
    this.pending.set(id, { id, requests, lastSeenAt: this.clock.now() });
    this.timer ??= setTimeout(() => this.begin(this.flush()), FLUSH_EVERY_MS).unref();
    if (this.pending.size >= MAX_SESSIONS_NOTED) this.begin(this.flush());
  }

  /** @param requestId of the request that looked. */
  noteView(session: EmbedSession, requestId: string | null): void {
    const { id, appId, customerId } = session;
    const at = this.clock.now();
    if (at - (this.viewsTried.get(id) ?? -Infinity) < VIEW_EVERY_MS) return;
    this.viewsTried.set(id, at);
    const actor: Actor = { kind: 'session', id, requestId };
    const customer = this.customers.pseudonym(customerId);
    const viewerId = auditedViewer(session, this.customers);
    const details = viewerId === null ? null : { viewerId };
    const entry = auditEntry(at, { appId, actor, action: 'timeline.viewed', customer, details });
    const noted = this.writes.run(appId, () => this.store.noteView(id, at, VIEW_EVERY_MS, entry));
    this.begin(
      noted.catch((error: Error) => {
        this.viewsTried.delete(id);
        throw error;
      }),
    );
  }

  /** Nest calls it at the end. */
  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    this.begin(this.flush());
    await Promise.all(this.underWay);
  }

  private async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const uses = [...this.pending.values()];
    this.pending.clear();
    if (uses.length > 0) await this.store.noteUses(uses);
  }

  /** Nobody waits for it. Where it fails, that is told once. */
  private begin(work: Promise<void>): void {
    const ended = work.then(
      () => void (this.failing = false),
      (error: Error) => {
        if (!this.failing)
          this.logger.warn({ msg: 'the use of an embed session could not be noted', reason: error.message });
        this.failing = true;
      },
    );
    this.underWay.add(ended);
    void ended.then(() => this.underWay.delete(ended));
  }
}

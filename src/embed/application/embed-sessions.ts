import { Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/kernel/clock.ts';
import { ID_PATTERN } from '../../../libs/kernel/ids.ts';
import { WriteTurns } from '../../../libs/kernel/turns.ts';
import { auditEntry, type Actor } from '../../platform/audit/audit-entry.ts';
import { sessionCustomerNotFound, sessionNotFound } from '../domain/embed-error.ts';
import type { CustomerNamed } from '../domain/customer-named.ts';
import { newSession, sessionState, type EmbedSession, type SessionDraft } from '../domain/embed-session.ts';
import { auditedViewer } from './audited-viewer.ts';
import { AppPublicKeys } from './app-public-keys.port.ts';
import { EmbedSessionStore, type SessionPosition } from './embed-session-store.port.ts';
import type { SessionRefusal } from './session-access.ts';
import { SessionCustomers } from './session-customers.port.ts';

/** A session and its token, which is kept nowhere. */
export interface CreatedSession {
  readonly session: EmbedSession;
  readonly token: string;
  /** The public key of the app, for the page. */
  readonly publicKey: string;
}

const SESSIONS_AT_ONCE = 500;
/** Whose turn it is where an operator ends a session of any app: the id of no app. */
const OPERATOR = '';

/** Makes, prolongs and ends embed sessions. Every method throws SERVICE_UNAVAILABLE where the database is away. */
@Injectable()
export class EmbedSessions {
  constructor(
    private readonly store: EmbedSessionStore,
    private readonly customers: SessionCustomers,
    private readonly publicKeys: AppPublicKeys,
    private readonly writes: WriteTurns,
    private readonly clock: Clock,
  ) {}

  /** @throws CUSTOMER_NOT_FOUND */
  async create(
    by: { readonly appId: string; readonly keyId: string },
    named: CustomerNamed,
    draft: SessionDraft,
    actor: Actor,
  ): Promise<CreatedSession> {
    const customer = await this.customers.find(by.appId, named);
    if (customer === null) throw sessionCustomerNotFound();
    const matchedBy = 'email' in named ? 'email' : 'externalId';
    const of = { ...by, customerId: customer.id, customerExternalId: customer.externalId, matchedBy } as const;
    const publicKey = await this.publicKeys.of(by.appId);
    const { session, token } = newSession(of, draft, this.clock.now());
    const entry = this.entry('session.created', session, actor, {
      matchedBy,
      viewerId: auditedViewer(session, this.customers),
      types: session.types?.join(',') ?? null,
      masked: String(session.masked),
      renewableUntil: new Date(session.renewableUntil).toISOString(),
    });
    const isAdded = await this.writes.run(by.appId, () => this.store.add(session, entry));
    if (!isAdded) throw sessionCustomerNotFound();
    return { session, token, publicKey };
  }

  /** Moves the expiry of a session. Returns why it cannot be moved any more, where that is so. */
  async renew({ id, appId }: Pick<EmbedSession, 'id' | 'appId'>): Promise<EmbedSession | SessionRefusal> {
    const now = this.clock.now();
    const session = await this.writes.run(appId, () => this.store.renew(id, now));
    const state = session === null ? 'revoked' : sessionState(session, now);
    return state === 'valid' ? (session as EmbedSession) : { refused: state === 'expired' ? 'expired' : 'ended' };
  }

  /**
   * Ends a session. One that was ended before stays as it is.
   *
   * @param id any text: one that cannot be an id, which the database may be unable to hold, is that of no session.
   * @param appId the app whose session it must be; null: of any.
   * @throws NOT_FOUND
   */
  async end(id: string, appId: string | null, actor: Actor): Promise<EmbedSession> {
    if (!ID_PATTERN.test(id)) throw sessionNotFound();
    const revoke = (): Promise<EmbedSession | null> =>
      this.store.revoke(id, appId, this.clock.now(), (present) => this.entry('session.revoked', present, actor));
    const session = await this.writes.run(appId ?? OPERATOR, revoke);
    if (session === null) throw sessionNotFound();
    return session;
  }

  /** The newest first, read as they are consumed. */
  async *list(appId: string, limit: number): AsyncGenerator<EmbedSession> {
    let after: SessionPosition | null = null;
    for (let left = limit; left > 0;) {
      const count = Math.min(left, SESSIONS_AT_ONCE);
      const part: EmbedSession[] = await this.store.list(appId, count, after);
      yield* part;
      if (part.length < count) return;
      left -= part.length;
      after = part.at(-1) ?? null;
    }
  }

  /** Deletes what no renewal could prolong since before a time, in milliseconds since the Unix epoch. */
  deleteRenewableBefore(at: number): Promise<number> {
    return this.store.deleteRenewableBefore(at);
  }

  private entry(
    action: 'session.created' | 'session.revoked',
    { id, appId, customerId }: EmbedSession,
    actor: Actor,
    details: Readonly<Record<string, string | null>> | null = null,
  ) {
    const customer = this.customers.pseudonym(customerId);
    return auditEntry(this.clock.now(), { appId, actor, action, customer, subject: id, details });
  }
}

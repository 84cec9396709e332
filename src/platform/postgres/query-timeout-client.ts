import pg from 'pg';
import {
  limitMs,
  SESSION_COLUMNS,
  unfitSession,
  type SessionColumns,
  type SessionSettings,
} from './session-settings.ts';
import { QUERY_TIMEOUT, type StorageFailures } from './storage-failures.ts';

/** How much longer we wait for a response than PostgreSQL may take, so that it can say why it gave up. */
export const QUERY_TIMEOUT_MARGIN_MS = 500;

interface Connection {
  emit(event: 'error', error: Error): boolean;
  readonly stream: { destroy(): void };
}

const lostClients = new WeakSet<object>();

/** Whether the connection of a client is known to have gone. */
export const isLost = (client: object): boolean => lostClients.has(client);

/** What a statement is given to `pg` with, besides what `pg` reads. */
export interface Committing {
  /** What the statement does is kept without a further one: it is a COMMIT, or a transaction of its own. */
  readonly commits?: boolean;
}

/** Under which the first statement of a connection is prepared: so a session that is shared is noticed by it. */
const SESSION_STATEMENT = { name: 'session_settings', text: `SELECT ${SESSION_COLUMNS}` };

type OnConnect = (error?: Error | null) => void;
type OnFailure = (error: Error, commits: boolean) => void;
const onFailureOf = new WeakMap<object, OnFailure>();

/** Says that a statement has failed whose promise the client itself does not see: a COPY. */
export const statementFailed: (client: object, error: Error, commits: boolean) => void = (client, error, commits) =>
  onFailureOf.get(client)?.(error, commits);

/**
 * A class of connections for one pool, which are open only once their session is known to have the settings that it
 * must have, and which give themselves up when the database has not responded to a query within `query_timeout`.
 *
 * A session is looked at once, when the connection is opened. A pooler may hand out another one later, which readiness
 * looks at from time to time.
 *
 * `pg` alone reports the time-out and keeps the connection: the pool hands it out again, and every
 * query on it waits in vain. And if packets vanish on one connection, they do on those that stand
 * idle beside it: without giving them up too, each would cost a request its whole time limit.
 *
 * @param failures counts the statements that fail.
 * @param session what must hold; `connect` throws {@link UnfitSession} where it does not.
 */
export function queryTimeoutClient(failures: StorageFailures, session: SessionSettings): typeof pg.Client {
  const open = new Set<QueryTimeoutClient>();

  /** A statement without the name that it has for sessions that keep it prepared, where they do not. */
  const asSent = <Statement>(statement: Statement): Statement =>
    session.preparedStatements || (statement as { name?: string } | null)?.name === undefined
      ? statement
      : { ...statement, name: undefined };

  class QueryTimeoutClient extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      open.add(this);
      this.once('end', () => {
        open.delete(this);
        lostClients.add(this);
      });
      // From the first moment on: between the listeners of the pool and those of TypeORM there is a moment
      // without any, in which an ended session would end the process.
      this.on('error', () => lostClients.add(this));
      onFailureOf.set(this, (error, commits) => this.failed(error, commits));
    }

    override connect = ((callback?: OnConnect): Promise<unknown> | undefined => {
      const opened = this.open();
      if (callback === undefined) return opened;
      opened.then(() => callback(), callback);
      return undefined;
    }) as never;

    private async open(): Promise<this> {
      await super.connect();
      try {
        await this.checkSession();
      } catch (error) {
        void this.end().catch(() => {});
        throw error;
      }
      return this;
    }

    private async checkSession(): Promise<void> {
      // Not this class's `query`: a connection that cannot be opened is counted by the pool.
      const { rows } = await super.query<SessionColumns>(asSent(SESSION_STATEMENT));
      const [columns] = rows as [SessionColumns];
      const unfit = unfitSession(columns, session);
      if (unfit !== undefined) throw unfit;
      // A pooler's session may have another limit than was asked for. Who gave up before it would not know what became
      // of the statement.
      const { connectionParameters } = this as unknown as { connectionParameters: { query_timeout: number } };
      connectionParameters.query_timeout = limitMs(columns.statement_timeout as string) + QUERY_TIMEOUT_MARGIN_MS;
    }

    // The overloads of `query` are many; all that matters here is whether it returns a promise.
    override query = ((...parameters: unknown[]): unknown => {
      const [statement, ...others] = parameters;
      const result = (super.query as (...all: unknown[]) => unknown)(asSent(statement), ...others);
      if (result instanceof Promise) {
        result.catch((error: Error) => this.failed(error, (parameters[0] as Committing).commits ?? false));
      }
      return result;
    }) as never;

    private failed(error: Error, commits: boolean): void {
      failures.failed(error, commits);
      if (error.message !== QUERY_TIMEOUT) return;
      for (const client of [this, ...open]) if (client === this || !client.isBusy()) client.giveUp();
    }

    private isBusy(): boolean {
      return Boolean((this as unknown as { _activeQuery: unknown })._activeQuery);
    }

    private giveUp(): void {
      open.delete(this);
      const { connection } = this as unknown as { connection: Connection };
      // Said at once, so that the pool does not hand it out in the meantime.
      connection.emit('error', new Error('Connection terminated: the database does not respond'));
      connection.stream.destroy();
    }
  }

  return QueryTimeoutClient;
}

import pg, { type PoolClient } from 'pg';
import { sqlState } from './storage-errors.ts';
import type { StorageFailures } from './storage-failures.ts';

/** PostgreSQL lets in as many connections as it, the database and the role may have, and no more. */
const TOO_MANY_CONNECTIONS = '53300';
const RETRY_MS = 50;
/** One connection more is tried so often, until the pool has its size again. */
const GROW_EVERY_MS = 2_000;

type Callback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: (release?: unknown) => void,
) => void;

interface Sized {
  options: { max: number; connectionTimeoutMillis?: number; failures?: StorageFailures };
}

/**
 * A pool that PostgreSQL may keep smaller than it is set: where no further connection is let in, those who want
 * one wait for the connections that there are, as long as they would wait in a pool that is full. Who gets none is
 * counted by the `failures` of its options.
 */
class WaitingPool extends pg.Pool {
  private readonly size: number;
  private growing: NodeJS.Timeout | undefined;

  constructor(config?: pg.PoolConfig) {
    super(config);
    this.size = this.sized.options.max;
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<PoolClient> | undefined {
    if (callback !== undefined) {
      this.connectUntil(performance.now() + (this.sized.options.connectionTimeoutMillis ?? 0), callback);
      return undefined;
    }
    return new Promise((resolve, reject) => {
      this.connect((error, client) => (client === undefined ? reject(error) : resolve(client)));
    });
  }

  private get sized(): Sized {
    return this as unknown as Sized;
  }

  private connectUntil(deadline: number, callback: Callback): void {
    super.connect((error, client, release) => {
      if (sqlState(error) !== TOO_MANY_CONNECTIONS || this.ending || performance.now() + RETRY_MS > deadline) {
        if (error !== undefined) this.sized.options.failures?.failed(error);
        callback(error, client, release);
        return;
      }
      this.shrink();
      setTimeout(() => this.connectUntil(deadline, callback), RETRY_MS);
    });
  }

  private shrink(): void {
    this.sized.options.max = Math.max(1, Math.min(this.sized.options.max, this.totalCount));
    this.growing ??= setInterval(() => this.grow(), GROW_EVERY_MS).unref();
  }

  private grow(): void {
    if (++this.sized.options.max < this.size) return;
    this.sized.options.max = this.size;
    clearInterval(this.growing);
    this.growing = undefined;
  }
}

/** `pg` with this pool, as TypeORM wants a driver. */
export const driverWithWaitingPool = { ...pg, Pool: WaitingPool };

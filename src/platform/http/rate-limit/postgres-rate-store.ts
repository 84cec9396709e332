import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { RateLimiterPostgres, type RateLimiterRes } from 'rate-limiter-flexible';
import { MemoryRateStore } from './memory-rate-store.ts';
import { prolongedBySeconds, RateStore, type CountedWindow, type Taken, type WindowState } from './rate-store.ts';

const CONNECTIONS = 4;
/** Counting must not hold a request up: after so long it is counted here. */
const TIMEOUT_MS = 500;
/** For which nothing is asked of a database that did not respond. */
const AWAY_MS = 1_000;

/**
 * Counts in a table that all instances share, with a few connections of its own. Windows are counted on the wall
 * clocks of the instances, which must agree. Where the database is away, each instance counts for itself.
 */
export class PostgresRateStore extends RateStore implements OnApplicationShutdown {
  private readonly logger = new Logger(PostgresRateStore.name);
  private readonly insurance = new MemoryRateStore();
  private readonly pool: pg.Pool;
  private readonly limiter: RateLimiterPostgres;
  private awayUntil = 0;

  /** @param failed is told of each time that the database could not count. */
  constructor(
    databaseUrl: string,
    private readonly failed: (error: unknown) => void,
  ) {
    super();
    this.pool = new pg.Pool({
      connectionString: databaseUrl,
      max: CONNECTIONS,
      application_name: 'customer-events rates',
      connectionTimeoutMillis: TIMEOUT_MS,
      statement_timeout: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
      keepAlive: true,
    });
    // A connection that breaks while idle is replaced when it is needed.
    this.pool.on('error', () => {});
    this.limiter = new RateLimiterPostgres({
      // Without the names that the library gives to statements: poolers may not know prepared ones.
      storeClient: { query: ({ text, values }: pg.QueryConfig) => this.pool.query(text, values as unknown[]) },
      storeType: 'client',
      tableName: 'rate_limits',
      tableCreated: true,
      keyPrefix: '',
      points: 1,
      duration: 1,
    });
  }

  take(windows: readonly CountedWindow[], units: number): Promise<Taken> {
    return this.insured(
      async () => {
        // Counted first and given back where it was too much: so no two requests take the same room.
        const counted = await Promise.all(windows.map((window) => this.count(window, units)));
        const full = counted.filter(({ used }, index) => used - units >= (windows[index] as CountedWindow).units);
        if (full.length === 0) return { states: await this.prolonged(windows, counted, units), waitMs: 0 };
        const states = await Promise.all(windows.map((window) => this.count(window, -units)));
        return { states, waitMs: Math.max(1, ...full.map(({ msLeft }) => msLeft)) };
      },
      () => this.insurance.take(windows, units),
    );
  }

  add(windows: readonly CountedWindow[], units: number): Promise<readonly WindowState[]> {
    return this.insured(
      async () => this.prolonged(windows, await Promise.all(windows.map((window) => this.count(window, units))), units),
      () => this.insurance.add(windows, units),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  private async count({ key, seconds }: CountedWindow, units: number): Promise<WindowState> {
    return stateOf(await this.limiter.penalty(key, units, { customDuration: seconds }));
  }

  private prolonged(
    windows: readonly CountedWindow[],
    states: readonly WindowState[],
    units: number,
  ): Promise<WindowState[]> {
    return Promise.all(
      windows.map(async (window, index) => {
        const state = states[index] as WindowState;
        const more = prolongedBySeconds(window, state.used, units);
        if (more === 0) return state;
        const msLeft = Math.ceil(state.msLeft + more * 1000);
        await this.limiter.set(window.key, state.used, msLeft / 1000);
        return { used: state.used, msLeft };
      }),
    );
  }

  private async insured<T>(work: () => Promise<T>, withoutDatabase: () => T): Promise<T> {
    if (performance.now() < this.awayUntil) return withoutDatabase();
    try {
      return await work();
    } catch (error) {
      this.failed(error);
      this.logger.warn({ message: 'rates are counted by this instance alone', cause: (error as Error).message });
      this.awayUntil = performance.now() + AWAY_MS;
      return withoutDatabase();
    }
  }
}

const stateOf = ({ consumedPoints, msBeforeNext }: RateLimiterRes): WindowState => ({
  used: consumedPoints,
  msLeft: msBeforeNext,
});

import type { DataSource } from 'typeorm';

/** Connections of this instance to the database, and who waits for one. */
export interface PoolUsage {
  readonly busy: number;
  readonly idle: number;
  readonly waiting: number;
}

/** All zero where the database was never reached. */
export function poolUsage(dataSource: DataSource): PoolUsage {
  const { master: pool } = dataSource.driver as {
    master?: { totalCount: number; idleCount: number; waitingCount: number };
  };
  if (pool === undefined) return { busy: 0, idle: 0, waiting: 0 };
  return { busy: pool.totalCount - pool.idleCount, idle: pool.idleCount, waiting: pool.waitingCount };
}

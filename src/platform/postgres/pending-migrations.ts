import type { DataSource } from 'typeorm';
import { sqlState } from './storage-errors.ts';

const UNDEFINED_TABLE = '42P01';

/** The migrations that this build knows and the database has not seen. Changes nothing. */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const applied = await appliedMigrations(dataSource);
  return dataSource.migrations
    .map((migration) => migration.name ?? migration.constructor.name)
    .filter((name) => !applied.has(name));
}

async function appliedMigrations(dataSource: DataSource): Promise<Set<string>> {
  try {
    const rows = await dataSource.query<{ name: string }[]>('SELECT m.name FROM migrations AS m');
    return new Set(rows.map((row) => row.name));
  } catch (error) {
    if (sqlState(error) === UNDEFINED_TABLE) return new Set();
    throw error;
  }
}

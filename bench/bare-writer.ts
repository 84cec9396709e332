import pg from 'pg';
import type { Measurement, Subject } from './measurement.ts';
import { quantile } from './measurement.ts';
import { COLUMNS, rowSource } from './service-rows.ts';
import type { ServiceDatabase } from './service.ts';

/**
 * One `pg` client that writes rows of the service's table as fast as statements of so many rows
 * go: no HTTP, no checks. The statement is prepared.
 */
export function bareWriter(
  database: ServiceDatabase,
  rowsPerStatement: number,
  customers: number,
  prepare: () => Promise<void>,
): Subject {
  const nextRow = rowSource(database.appId, 5, customers, false);
  const statement = {
    name: 'insert-rows',
    text: `INSERT INTO customer_events (${COLUMNS.join(', ')}) VALUES ${placeholders(rowsPerStatement)}`,
  };
  return {
    name: `bare pg, ${rowsPerStatement} rows per statement`,
    prepare,
    measure: (seconds) =>
      withClient(database.url, async (client) => {
        const write = async (): Promise<void> => {
          const values = Array.from({ length: rowsPerStatement }, () => nextRow().row).flat();
          await client.query({ ...statement, values });
        };
        return repeat(write, seconds, rowsPerStatement);
      }),
  };
}

/** Does something again and again. What is measured is units, so many of which it does at a time. */
export async function repeat(work: () => Promise<void>, seconds: number, unitsEach: number): Promise<Measurement> {
  const latencies: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  let now = start;
  while (now - start < seconds * 1000) {
    const before = now;
    await work();
    now = performance.now();
    latencies.push(now - before);
  }
  const { user, system } = process.cpuUsage(cpu);
  const sorted = Float64Array.from(latencies).sort();
  const units = latencies.length * unitsEach;
  return {
    perSecond: (units * 1000) / (now - start),
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    cpuMicros: (user + system) / units,
  };
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function placeholders(rows: number): string {
  const row = (first: number): string => `(${COLUMNS.map((_, column) => `$${first + column}`).join(',')})`;
  return Array.from({ length: rows }, (_, index) => row(index * COLUMNS.length + 1)).join(',');
}

import pg from 'pg';
import type { Database } from './engine.ts';
import { quantile, type Subject } from './measurement.ts';

export interface Statement {
  /** Under which it is prepared once on each connection. */
  readonly name?: string | undefined;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** `pg` clients that read what the statements say as fast as it goes: no HTTP, nothing made of the rows. */
export function bareReader(
  name: string,
  database: Database,
  statements: readonly Statement[],
  clients: number,
  prepare: () => Promise<void>,
): Subject {
  return {
    name,
    prepare,
    measure: async (seconds) => {
      const pool = new pg.Pool({ connectionString: database.url, max: clients });
      const latencies: number[] = [];
      const cpu = process.cpuUsage();
      const start = performance.now();
      const read = async (first: number): Promise<void> => {
        for (let next = first; performance.now() - start < seconds * 1000; next++) {
          const statement = statements[next % statements.length] as Statement;
          const before = performance.now();
          const { rowCount } = await pool.query({ ...statement, values: [...statement.values] });
          if (rowCount === 0) throw new Error(`${name}: no rows`);
          latencies.push(performance.now() - before);
        }
      };
      await Promise.all(
        Array.from({ length: clients }, (_, client) => read(Math.floor((statements.length / clients) * client))),
      );
      const elapsedMs = performance.now() - start;
      const { user, system } = process.cpuUsage(cpu);
      await pool.end();
      const sorted = Float64Array.from(latencies).sort();
      return {
        perSecond: (latencies.length * 1000) / elapsedMs,
        p50Ms: quantile(sorted, 0.5),
        p99Ms: quantile(sorted, 0.99),
        cpuMicros: (user + system) / latencies.length,
      };
    },
  };
}

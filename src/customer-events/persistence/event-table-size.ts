import type { DataSource } from 'typeorm';

/** Its 2,048 blocks cost more to read than any 201 events by an index, by the planner's own count. */
const LARGE_BYTES = 16 * 1024 * 1024;
const ASK_EVERY_MS = 10_000;

/**
 * Knows whether `customer_events` has become so large that a plan for a page of it may be kept.
 *
 * PostgreSQL plans a prepared statement once and keeps the plan until the statistics change. A plan that was made while
 * the table was small reads all of it, also when an import has made it large, until it is analyzed: 20 of 60 such plans did
 * (docs/decisions/0050-the-json-of-pages.md). A plan that is made when it is large reads a range of the primary key,
 * whoever the customer is and whatever the statistics are: test/e2e/large-history.e2e.spec.ts.
 *
 * On Citus the rows are in shards, the table itself stays empty, and nothing is prepared.
 */
export class EventTableSize {
  private large = false;
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly reading: DataSource,
    private readonly askEveryMs = ASK_EVERY_MS,
  ) {}

  /** Asks the database now and then, until it is. */
  async isLarge(): Promise<boolean> {
    const now = performance.now();
    if (!this.large && now - this.askedAt >= this.askEveryMs) {
      this.askedAt = now;
      const [row] = await this.reading.query<{ large: boolean }[]>(
        `SELECT pg_relation_size('customer_events') >= ${LARGE_BYTES} AS large`,
      );
      this.large = row?.large === true;
    }
    return this.large;
  }
}

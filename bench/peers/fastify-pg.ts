import { fastify } from 'fastify';
import pg from 'pg';
import type { SentEvent } from '../events.ts';

/**
 * What a good engineer writes by hand: Fastify and `pg`, one prepared INSERT for each request,
 * which also looks the customer up. No key, no checks.
 */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await createSchema(pool, Number(process.env.CUSTOMERS));

const app = fastify();
app.post<SentEvent>('/customer-events', async ({ body }, reply) => {
  const { customerExternalId, type, payload, occurredAt } = body;
  const { rows } = await pool.query({
    name: 'insert-event',
    text: `INSERT INTO customer_events (customer_id, type, payload, occurred_at)
           SELECT c.id, $2, $3, $4 FROM customers AS c WHERE c.external_id = $1
           RETURNING id, customer_id AS "customerId", type, payload, occurred_at AS "occurredAt", created_at AS "createdAt"`,
    values: [customerExternalId, type, payload, occurredAt],
  });
  if (rows.length === 0) return reply.code(404).send({ success: false, code: 'CUSTOMER_NOT_FOUND' });
  return reply.code(201).send({ success: true, data: rows[0] as object });
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));

async function createSchema(database: pg.Pool, customers: number): Promise<void> {
  await database.query(`
    CREATE TABLE customers (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      external_id text NOT NULL UNIQUE
    );
    CREATE TABLE customer_events (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      customer_id uuid NOT NULL REFERENCES customers (id),
      type text NOT NULL,
      payload jsonb NOT NULL,
      occurred_at timestamptz NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX ON customer_events (customer_id, occurred_at)`);
  await database.query(`INSERT INTO customers (external_id) SELECT 'user_' || n FROM generate_series(0, $1 - 1) AS n`, [
    customers,
  ]);
}

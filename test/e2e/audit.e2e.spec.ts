import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditLog } from '../../src/audit/application/audit-log.ts';
import type { AuditAction, AuditEntry } from '../../src/platform/audit/audit-entry.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

describe('the audit of what keys do', () => {
  let service: TestService;
  let keyId: string;

  const create = (externalId: string) =>
    service.patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name: 'x' }).expect(201);
  const post = async (externalId: string, eventId?: string): Promise<string> => {
    const event = { customerExternalId: externalId, type: 'a', payload: { secret: 'SECRET-VALUE' }, eventId };
    return (await service.post('/customer-events', event).expect(201)).body.data.id as string;
  };
  const entries = async (...actions: AuditAction[]): Promise<AuditEntry[]> => {
    const found: AuditEntry[] = [];
    for await (const entry of service.app.get(AuditLog).entries({ actions })) found.push(entry);
    return found;
  };

  beforeAll(async () => {
    service = await startTestService();
    const keys = await service.database.query<{ id: string }>(
      `SELECT k.id FROM api_keys AS k JOIN apps AS a ON a.id = k.app_id WHERE a.slug = 'acme' AND k.type = 'agent'`,
    );
    keyId = keys[0]?.id as string;
  });
  afterAll(() => service.close());

  it('says which key erased a customer, by which request, and how many events went', async () => {
    await create('erased-1');
    await post('erased-1', 'order-1');
    await post('erased-1');
    const { headers } = await service.delete('/customers/erased-1').set('X-Request-Id', 'req-7').expect(200);
    expect(headers['x-request-id']).toBe('req-7');
    await service.delete('/customers/erased-1').expect(404);
    const [entry, ...others] = await entries('customer.erased');
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ actor: { kind: 'key', id: keyId, requestId: 'req-7' }, count: 2 });
    expect(Math.abs(Date.now() - (entry?.at ?? 0))).toBeLessThan(60_000);
  });

  it('says which key erased one event', async () => {
    const id = await post('user_42', 'order-2');
    await service.delete(`/customers/user_42/events/${id}`).expect(200);
    await service.delete(`/customers/user_42/events/${id}`).expect(404);
    const found = await entries('event.erased');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ actor: { kind: 'key', id: keyId }, count: null });
    expect(found[0]?.subject).toMatch(/^[0-9a-f]{8}\.[0-9a-f]{32}$/);
  });

  it('says which key exported a timeline', async () => {
    await create('exported-1');
    await post('exported-1');
    await service.get('/customers/exported-1/events/export').expect(200);
    await service.get('/customers/nobody/events/export').expect(404);
    const found = await entries('timeline.exported');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ actor: { kind: 'key', id: keyId } });
  });

  it('names nobody: no external id, address, eventId, payload or key', async () => {
    const [all] = await service.database.query<{ text: string }>(
      `SELECT string_agg(u::text, ' ') AS text FROM audit_entries AS u`,
    );
    expect(all?.text).toContain('customer.erased');
    expect(all?.text).not.toMatch(/erased-1|exported-1|user_42|@example|order-\d|SECRET|sk_live_agent_.{5}/);
  });

  it('is written with what it tells of or not at all: where it cannot be, nothing is erased', async () => {
    await create('kept-1');
    const id = await post('kept-1');
    await service.database.query('ALTER TABLE audit_entries ADD CONSTRAINT full_disk CHECK (false) NOT VALID');
    try {
      await service.delete('/customers/kept-1').expect(500);
      await service.delete(`/customers/kept-1/events/${id}`).expect(500);
      await service.get('/customers/kept-1/events/export').expect(500);
    } finally {
      await service.database.query('ALTER TABLE audit_entries DROP CONSTRAINT full_disk');
    }
    await service.get(`/customers/kept-1/events/${id}`).expect(200);
    await service.delete(`/customers/kept-1/events/${id}`).expect(200);
  });

  it('counts each part of a long history in its own entry', async () => {
    await create('long-1');
    await service.database.query(
      `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
       SELECT c.id, timestamptz '2020-01-01' + g * interval '1 second', 'c' || lpad(to_hex(g), 24, '0'), 'a', '{}', now()
       FROM customers AS c, generate_series(1, 12000) AS g WHERE c.external_id = 'long-1'`,
    );
    const { body } = await service.delete('/customers/long-1').expect(200);
    expect(body.data).toEqual({ deletedEvents: 12_000 });
    const parts = await entries('customer.history_erased');
    const [last] = await entries('customer.erased');
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(part.customer).toBe(last?.customer);
    expect([last, ...parts].reduce((sum, entry) => sum + (entry?.count ?? 0), 0)).toBe(12_000);
  });
});

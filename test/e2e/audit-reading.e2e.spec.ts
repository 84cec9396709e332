import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { AuditTrail } from '../../src/platform/audit/audit-trail.port.ts';
import { auditEntry, AUDIT_ACTIONS, type AuditAction } from '../../src/platform/audit/audit-entry.ts';
import { startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectFailure, expectInvalid } from './helpers/answers.ts';

interface Entry {
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly customer: string | null;
}

const DAY = Date.parse('2026-01-01T00:00:00Z');

describe('GET /audit', () => {
  let service: TestService;
  let keyId: string;
  let appId: string;
  let created = 0;

  const read = (query: string, key = service.key, headers = {}) =>
    withKey(service, key).get(`/audit?${query}`, headers);
  const page = async (query: string, key = service.key) =>
    (await read(query, key).expect(200)).body.data as { entries: Entry[]; nextCursor: string | null };
  const stream = async (query: string, key = service.key): Promise<Entry[]> => {
    const response = await read(query, key, { Accept: 'application/x-ndjson' }).buffer(true).expect(200);
    expect(response.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    const lines = response.text.split('\n');
    expect(lines.pop()).toBe('');
    return lines.map((line) => JSON.parse(line) as Entry);
  };
  const walk = async (query: string): Promise<Entry[]> => {
    const found: Entry[] = [];
    for (let cursor = ''; ;) {
      const { entries, nextCursor } = await page(`${query}${cursor}`);
      found.push(...entries);
      if (nextCursor === null) return found;
      cursor = `&cursor=${nextCursor}`;
    }
  };
  const add = (at: number, action: AuditAction, app = appId) =>
    service.app.get(AuditTrail).record(
      auditEntry(at, {
        appId: app,
        actor: { kind: 'operator', id: 'ops@db1', requestId: null },
        action,
        subject: `s${created++}`,
      }),
    );

  beforeAll(async () => {
    service = await startTestService();
    const [key] = await service.database.query<{ id: string; app_id: string }>(
      `SELECT k.id, k.app_id FROM api_keys AS k JOIN apps AS a ON a.id = k.app_id WHERE a.slug = 'acme' AND k.type = 'agent'`,
    );
    ({ id: keyId, app_id: appId } = key as { id: string; app_id: string });
    for (let n = 0; n < 7; n++) await add(DAY + (n >> 1), n % 2 === 0 ? 'key.changed' : 'origins.set');
    await service.patch('/customers/gone', { email: 'gone@example.com', name: 'x' }).expect(201);
    await service
      .post('/customer-events', { customerExternalId: 'gone', type: 'a', payload: { x: 'SECRET' } })
      .expect(201);
    await service.get('/customers/gone/events/export').expect(200);
    await service.delete('/customers/gone', { 'X-Request-Id': 'req-erase' }).expect(200);
  });
  afterAll(() => service.close());

  it('gives entries with all their fields, the newest first', async () => {
    const { entries, nextCursor } = await page('');
    expect(nextCursor).toBeNull();
    expect(entries.find(({ action }) => action === 'customer.erased')).toEqual({
      id: expect.stringMatching(/^c[a-z0-9]{24}$/),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      actor: { kind: 'key', id: keyId },
      action: 'customer.erased',
      customer: expect.stringMatching(/^[0-9a-f]{8}\.[0-9a-f]{32}$/),
      subject: null,
      count: 1,
      details: null,
      requestId: 'req-erase',
    });
    expect(entries.at(-1)).toMatchObject({
      at: '2026-01-01T00:00:00.000Z',
      actor: { kind: 'operator', id: 'ops@db1' },
    });
    const order = entries.map(({ at, id }) => `${at} ${id}`);
    expect(order).toEqual([...order].sort().reverse());
  });

  it('walks page by page to the same entries', async () => {
    const all = (await page('limit=200&to=2026-02-01')).entries;
    expect(all).toHaveLength(7);
    for (const limit of [1, 2, 7]) expect(await walk(`to=2026-02-01&limit=${limit}`)).toEqual(all);
    expect((await page('limit=7&to=2026-02-01')).nextCursor).toBeNull();
  });

  it('narrows by time, to the microsecond, and by actions', async () => {
    const count = async (query: string) => (await page(`to=2026-02-01&${query}`)).entries.length;
    expect(await count('from=2026-01-01T00:00:00.001Z')).toBe(5);
    expect(await count('from=2026-01-01T00:00:00.000001Z')).toBe(5);
    expect((await page('from=2026-01-01&to=2026-01-01T00:00:00.001Z')).entries).toHaveLength(2);
    expect((await page('from=2026-01-01&to=2026-01-01T00:00:00.001001Z')).entries).toHaveLength(4);
    expect(await count('action=key.changed')).toBe(4);
    expect(await count('action=key.changed&action=origins.set')).toBe(7);
    expect(await count('action=session.created')).toBe(0);
  });

  it('finds what was done to a customer, also after its erasure', async () => {
    const { entries } = await page('customerExternalId=gone');
    expect(entries.map(({ action }) => action)).toEqual(['customer.erased', 'timeline.exported']);
    expect(await stream('customerExternalId=gone')).toEqual(entries);
    expect((await page('customerExternalId=nobody')).entries).toEqual([]);
    expect((await page('customerExternalId=gone', service.otherKey)).entries).toEqual([]);
  });

  it('streams all entries, one a line, with the same filters', async () => {
    await service.app.get(KeyAdministration).createApp('many', 'Many');
    const { secret } = await service.createKey({ app: 'many' });
    await service.database.query(
      `INSERT INTO audit_entries (app_id, at, id, actor, actor_id, action)
       SELECT a.id, timestamptz '2025-01-01' + g * interval '1 second', 'c' || lpad(g::text, 24, '0'), 'operator', 'ops', 'key.changed'
       FROM apps AS a, generate_series(1, 2500) AS g WHERE a.slug = 'many'`,
    );
    const all = await stream('to=2025-06-01', secret);
    expect(all).toHaveLength(2_500);
    expect(new Set(all.map(({ id }) => id)).size).toBe(2_500);
    expect(all[0]).toEqual((await page('to=2025-06-01&limit=1', secret)).entries[0]);
    expect(await stream('to=2025-06-01&limit=3', secret)).toEqual(all.slice(0, 3));
    const { nextCursor } = await page('to=2025-06-01&limit=200', secret);
    expect(await stream(`to=2025-06-01&cursor=${nextCursor as string}`, secret)).toEqual(all.slice(200));
    expect(await stream('action=session.revoked', secret)).toEqual([]);
  });

  it('shows the entries of the app of the key only', async () => {
    const ours = (await page('limit=200')).entries.map(({ id }) => id);
    const theirs = (await page('limit=200', service.otherKey)).entries.map(({ id }) => id);
    expect(theirs.length).toBeGreaterThan(0);
    expect(theirs.filter((id) => ours.includes(id))).toEqual([]);
    expect((await stream('', service.otherKey)).map(({ id }) => id)).toEqual(theirs);
  });

  it('refuses a cursor of another app or other filters, and one that was changed', async () => {
    const cursor = (await page('limit=1&to=2026-02-01')).nextCursor as string;
    await read(`to=2026-02-01&cursor=${cursor}`).expect(200);
    expectInvalid(await read(`to=2026-02-01&cursor=${cursor}`, service.otherKey), 'cursor');
    for (const query of [
      `cursor=${cursor}`,
      `to=2026-02-02&cursor=${cursor}`,
      `to=2026-02-01&from=2025-01-01&cursor=${cursor}`,
      `to=2026-02-01&action=key.changed&cursor=${cursor}`,
      `to=2026-02-01&customerExternalId=a&cursor=${cursor}`,
      `to=2026-02-01&cursor=${cursor.slice(1)}`,
      'cursor=next',
      'cursor=',
    ]) {
      expectInvalid(await read(query), 'cursor');
      expectInvalid(await read(query, service.key, { Accept: 'application/x-ndjson' }), 'cursor');
    }
  });

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=201'],
    ['limit', 'limit=1.5'],
    ['from', 'from=yesterday'],
    ['from', 'from=2026-02-01&to=2026-01-01'],
    ['to', 'to=2026-01-01&to=2026-01-02'],
    ['action', 'action=customer.erasd'],
    ['action', 'action='],
    ['action', 'action=key.created&action=%00'],
    ['customerExternalId', 'customerExternalId='],
    ['customerExternalId', 'customerExternalId=a%00'],
    ['customerExternalId', 'customerExternalId=caf%E9'],
    ['customerExternalId', 'limit=1&customerExternalId=a%zz'],
    ['customerExternalId', `customerExternalId=${'x'.repeat(256)}`],
    ['customerExternalId', 'customerExternalId=a&customerExternalId=b'],
    ['actions', 'actions=key.created'],
  ])('names %s, which is wrong in ?%s', async (field, query) => expectInvalid(await read(query), field));

  it('says which action was meant, and which there are', async () => {
    const problem = async (action: string) =>
      (await read(`action=${action}`).expect(400)).body.details.action as string[];
    expect(await problem('customer.erasd')).toEqual(['is not a known action; did you mean customer.erased?']);
    expect(await problem('x')).toEqual([`must be one of ${AUDIT_ACTIONS.join(', ')}`]);
  });

  it.each(['application/json', 'application/x-ndjson'])(
    'fails as other routes do where its entries cannot be read, as %s',
    async (accept) => {
      await service.database.query('ALTER TABLE audit_entries RENAME TO audit_entries_away');
      try {
        expectFailure(await read('', service.key, { Accept: accept }), 500, 'INTERNAL_ERROR');
      } finally {
        await service.database.query('ALTER TABLE audit_entries_away RENAME TO audit_entries');
      }
      await read('', service.key, { Accept: accept }).expect(200);
    },
  );

  it('needs the scope audit:read', async () => {
    const administration = service.app.get(KeyAdministration);
    const { secret, key } = await administration.createKey('acme', 'reader', 'agent', null);
    await service.database.query(`UPDATE api_keys SET scopes = '{customers:read,timeline:read}' WHERE id = $1`, [
      key.id,
    ]);
    expectFailure(await read('', secret), 403, 'AUTH_API_KEY_FORBIDDEN');
    await service.database.query(`UPDATE api_keys SET scopes = '{audit:read}' WHERE id = $1`, [key.id]);
    await read('', secret).expect(200);
  });

  it('names nobody: no external id, address, payload or key', async () => {
    const text = JSON.stringify((await page('limit=200')).entries);
    expect(text).toContain('customer.erased');
    expect(text).not.toMatch(/gone|user_42|@example|SECRET|sk_live_agent_.{5}/);
  });
});

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { shardKeyOf } from '../../src/customer-events/domain/shard-key.ts';
import { customerIdOf } from '../../src/customer-events/domain/customer.ts';
import { Maintenance } from '../../src/app/maintenance.ts';
import { ErasureSecretMissing } from '../../src/customer-events/application/erased-ids.ts';
import { unfenced } from '../support/test-database.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';

const OLD = 'the old secret of thirty-two characters';
const NEW = 'the new secret of thirty-two characters';

describe('what stays of erased ids', () => {
  let service: TestService;
  let others: { close(): Promise<void> }[] = [];

  beforeEach(async () => {
    service = await startTestService({ ERASURE_SECRET: OLD });
  });
  afterEach(async () => {
    for (const other of others) await other.close();
    others = [];
    await service.close();
  });

  /** Its maintenance goes over all customers. */
  const instanceWith = async (settings: Record<string, string>) => {
    const other = await startServiceOn({ ...service.database, url: unfenced(service.database.url) }, settings);
    others.push(other);
    return withKey(other, service.key);
  };
  const event = (eventId: string) => ({ customerExternalId: 'user_42', type: 'a', eventId });
  const statusOf = async (instance: Pick<TestService, 'post'>, eventId: string): Promise<[number, string?]> => {
    const { status, body } = await instance.post('/customer-events', event(eventId));
    return [status, body.code];
  };
  const ERASED = [410, 'EVENT_ERASED'];
  const erase = async (eventId: string): Promise<void> => {
    const { body } = await service.post('/customer-events', event(eventId)).expect(201);
    await service.delete(`/customers/user_42/events/${body.data.id}`).expect(200);
  };
  const appId = async (): Promise<string> =>
    (await service.database.query<{ id: string }>(`SELECT id FROM apps WHERE slug = 'acme'`))[0]?.id as string;

  it('is not found by who has the whole database and tries all likely ids', async () => {
    for (let n = 0; n < 20; n++) await erase(`order-${n}`);
    await service.patch('/customers/gone-7', { email: 'gone-7@example.com', name: 'x' }).expect(201);
    await service.post('/customer-events', { customerExternalId: 'gone-7', type: 'a', eventId: 'order-1' }).expect(201);
    await service.delete('/customers/gone-7').expect(200);

    const rows = await service.database.query<{ row: string }>(
      `SELECT e::text AS row FROM erased_event_ids AS e UNION ALL SELECT u::text FROM audit_entries AS u`,
    );
    const kept = rows.map(({ row }) => row).join('\n');
    expect(rows.length).toBeGreaterThanOrEqual(42);
    const app = await appId();
    const guesses = ['user_42', ...Array.from({ length: 100 }, (_, n) => `gone-${n}`)].flatMap((externalId) => {
      const id = customerIdOf(app, externalId);
      const keys = Array.from({ length: 20 }, (_, n) => `${id} order-${n}`);
      return [id, ...[id, externalId, ...keys].map((text) => createHash('sha256').update(text).digest('hex'))];
    });
    for (const guess of guesses) expect(kept).not.toContain(guess);
  });

  it('is recognised by an instance that has the new secret in front, and by one that has it behind', async () => {
    await erase('order-1');
    const [front, behind] = [
      await instanceWith({ ERASURE_SECRET: `${NEW},${OLD}` }),
      await instanceWith({ ERASURE_SECRET: `${OLD},${NEW}` }),
    ];
    const { body } = await front.post('/customer-events', event('order-2')).expect(201);
    await front.delete(`/customers/user_42/events/${body.data.id}`).expect(200);
    for (const instance of [front, behind]) {
      expect(await statusOf(instance, 'order-1')).toEqual(ERASED);
      expect(await statusOf(instance, 'order-2')).toEqual(ERASED);
      expect(await statusOf(instance, 'order-3')).toEqual(instance === front ? [201, undefined] : [200, undefined]);
    }
    const batch = { events: ['order-1', 'order-2', 'order-3', 'order-1'].map(event) };
    const { body: answer } = await front.post('/customer-events/batch', batch).expect(207);
    const codes = (answer.data.results as { status: string; code?: string }[]).map(
      ({ status, code }) => code ?? status,
    );
    expect(codes).toEqual(['EVENT_ERASED', 'EVENT_ERASED', 'replayed', 'EVENT_ERASED']);
  });

  it('refuses the start without a secret by which it may be kept, and names that one', async () => {
    await expect(instanceWith({ ERASURE_SECRET: '' })).rejects.toThrow(ErasureSecretMissing);
    await expect(instanceWith({ ERASURE_SECRET: NEW })).rejects.toThrow(/ERASURE_SECRET lacks .*[0-9a-f]{8}/);
    // What was refused has registered nothing: the instances that run can be started again.
    await instanceWith({ ERASURE_SECRET: OLD });
  });

  it('of a version that used no secret is still recognised, and is replaced by what the secret makes', async () => {
    const app = await appId();
    const id = customerIdOf(app, 'user_42');
    const insert = `INSERT INTO erased_event_ids (shard_key, customer_id, sha256) SELECT $3, $1, sha256(convert_to($1 || ' ' || k, 'UTF8'))
      FROM unnest($2::text[]) AS k`;
    await service.database.query(insert, [id, Array.from({ length: 2_500 }, (_, n) => `old-${n}`), shardKeyOf(id)]);
    expect(await statusOf(service, 'old-7')).toEqual(ERASED);
    await (await instanceWith({ ERASURE_SECRET: OLD })).app.get(Maintenance).run();
    const unkeyed = await service.database.query(
      `SELECT 1 FROM erased_event_ids WHERE secret_id = '' OR customer_id = $1`,
      [id],
    );
    expect(unkeyed).toEqual([]);
    expect(await service.database.query('SELECT 1 FROM erased_event_ids')).toHaveLength(2_500);
    for (const n of [0, 7, 2_499]) expect(await statusOf(service, `old-${n}`)).toEqual(ERASED);
    expect(await statusOf(service, 'new-1')).toEqual([201, undefined]);
  });

  it('goes after ERASED_IDS_DAYS, and an event that is sent again after that is stored', async () => {
    await erase('order-1');
    await erase('order-2');
    await service.database.query(
      `UPDATE erased_event_ids SET erased_at = now() - interval '31 days'
       WHERE sha256 = (SELECT sha256 FROM erased_event_ids ORDER BY sha256 LIMIT 1)`,
    );
    const forever = await instanceWith({ ERASURE_SECRET: OLD, ERASED_IDS_DAYS: '0' });
    await forever.app.get(Maintenance).run();
    expect(await service.database.query('SELECT 1 FROM erased_event_ids')).toHaveLength(2);
    const month = await instanceWith({ ERASURE_SECRET: OLD, ERASED_IDS_DAYS: '30' });
    await month.app.get(Maintenance).run();
    expect(await service.database.query('SELECT 1 FROM erased_event_ids')).toHaveLength(1);
    const statuses = [await statusOf(service, 'order-1'), await statusOf(service, 'order-2')];
    expect(statuses.map(([status]) => status).sort()).toEqual([201, 410]);
  });

  it('lets a secret go when nothing is kept by it any more', async () => {
    await erase('order-1');
    const both = await instanceWith({ ERASURE_SECRET: `${NEW},${OLD}`, ERASED_IDS_DAYS: '30' });
    const run = () => both.app.get(Maintenance).run();
    const secrets = () => service.database.query('SELECT id FROM erasure_secrets');
    await run();
    await service.database.query(`UPDATE erased_event_ids SET erased_at = now() - interval '31 days'`);
    await run();
    expect(await service.database.query('SELECT 1 FROM erased_event_ids')).toEqual([]);
    // An instance that has the old one in front may still be running.
    expect(await secrets()).toHaveLength(2);
    await expect(instanceWith({ ERASURE_SECRET: NEW })).rejects.toThrow(ErasureSecretMissing);
    await service.database.query(`UPDATE erasure_secrets SET last_used_at = now() - interval '2 days'`);
    await run();
    expect(await secrets()).toHaveLength(1);
    await instanceWith({ ERASURE_SECRET: NEW });
  });

  it('deletes entries of the audit after AUDIT_DAYS', async () => {
    await erase('order-1');
    await service.database.query(
      `UPDATE audit_entries SET at = now() - interval '8 days' WHERE action = 'event.erased'`,
    );
    const week = await instanceWith({ ERASURE_SECRET: OLD, AUDIT_DAYS: '7' });
    await week.app.get(Maintenance).run();
    expect(await service.database.query(`SELECT 1 FROM audit_entries WHERE action = 'event.erased'`)).toEqual([]);
  });
});

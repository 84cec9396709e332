import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectInvalid, expectSuccess } from './helpers/answers.ts';

describe('a cursor of a timeline', () => {
  let service: TestService;
  let cursor: string;

  const list = (externalId: string, query: string) => service.get(`/customers/${externalId}/events?${query}`);
  const use = (text: string) => list('user_42', `limit=1&cursor=${encodeURIComponent(text)}`);

  beforeAll(async () => {
    service = await startTestService();
    await service.patch('/customers/another', { email: 'another@example.com', name: 'x' }).expect(201);
    for (const customerExternalId of ['user_42', 'another']) {
      for (const occurredAt of ['2026-01-01', '2026-01-02T00:00:00.000001Z', '2026-01-03']) {
        await service.post('/customer-events', { customerExternalId, type: 'a', occurredAt }).expect(201);
      }
    }
    cursor = (await list('user_42', 'limit=1')).body.data.nextCursor;
  });
  afterAll(() => service.close());

  it('opens the next page as it is', async () => {
    const response = await use(cursor);
    expectSuccess(response, 200);
    expect(response.body.data.events[0].occurredAt).toBe('2026-01-02T00:00:00.000001Z');
  });

  it('is refused with any character changed', async () => {
    for (let index = 0; index < cursor.length; index++) {
      const other = cursor[index] === 'A' ? 'B' : 'A';
      expectInvalid(await use(cursor.slice(0, index) + other + cursor.slice(index + 1)), 'cursor');
    }
  });

  it('is refused cut at any place', async () => {
    for (let length = 0; length < cursor.length; length++) {
      expectInvalid(await use(cursor.slice(0, length)), 'cursor');
    }
  });

  it.each([
    ['a character more', () => `${cursor}A`],
    ['padding', () => `${cursor}=`],
    ['a space before it', () => ` ${cursor}`],
    ['a line feed after it', () => `${cursor}\n`],
    ['itself once more', () => cursor + cursor],
    ['the other alphabet of base64', () => Buffer.from(cursor, 'base64url').toString('base64')],
    ['its characters in capitals', () => cursor.toUpperCase()],
    ['its content in the clear', () => Buffer.from(cursor, 'base64url').toString()],
  ])('is refused with %s', async (_, change) => {
    const changed = change();
    if (changed !== cursor) expectInvalid(await use(changed), 'cursor');
  });

  it.each([
    ['nothing', ''],
    ['a number', '1'],
    ['a word', 'next'],
    ['JSON', Buffer.from('{"occurredAt":"2026-01-01T00:00:00Z","id":"x"}').toString('base64url')],
    ['an instant alone', Buffer.from('2026-01-01T00:00:00Z').toString('base64url')],
    ['a place without a checksum', Buffer.from('2026-01-01T00:00:00Z cmo4a6nb40000xqbp1v5k2h8d').toString('base64url')],
    [
      'a place with a wrong checksum',
      Buffer.from('2026-01-01T00:00:00Z cmo4a6nb40000xqbp1v5k2h8d AAAAAAAAAAAAAAAA').toString('base64url'),
    ],
    ['an impossible place', Buffer.from("2026-02-30T00:00:00Z '; DROP TABLE apps -- x").toString('base64url')],
    ['NUL', '\u0000'],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x00]).toString('base64url')],
    ['an emoji', '💥'],
    ['ten thousand characters', 'A'.repeat(10_000)],
  ])('cannot be %s', async (_, text) => {
    expectInvalid(await use(text), 'cursor');
  });

  it('is of no use for another customer', async () => {
    expectInvalid(await list('another', `limit=1&cursor=${cursor}`), 'cursor');
  });

  it('is of no use for a customer who does not exist', async () => {
    const response = await list('nobody', `limit=1&cursor=${cursor}`);
    expect([400, 404]).toContain(response.status);
  });

  it('is of no use for the other order', async () => {
    expectInvalid(await list('user_42', `order=asc&cursor=${cursor}`), 'cursor');
    const ascending = (await list('user_42', 'order=asc&limit=1')).body.data.nextCursor as string;
    expectInvalid(await list('user_42', `order=desc&cursor=${ascending}`), 'cursor');
    expectInvalid(await list('user_42', `cursor=${ascending}`), 'cursor');
  });

  it('goes on where it was, although its event is gone', async () => {
    const [first] = (await list('user_42', 'limit=1')).body.data.events as { id: string }[];
    await service.database.query('DELETE FROM customer_events WHERE id = $1', [first?.id]);
    const response = await use(cursor);
    expect(response.body.data.events[0].occurredAt).toBe('2026-01-02T00:00:00.000001Z');
  });

  it('is not the id nor the time of its event, to be read at a glance', () => {
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(cursor).not.toContain('2026');
  });
});

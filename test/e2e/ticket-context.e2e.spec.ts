import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';

const LIMIT_BYTES = 16_384;

interface Context {
  readonly asOf: string;
  readonly events: readonly { id: string; type: string; occurredAt: string; payload: unknown }[];
  readonly runs: readonly object[];
  readonly summary: readonly { type: string; count: number }[];
  readonly truncated: boolean;
}

describe('GET /customers/:externalId/context', () => {
  let service: TestService;
  let customers = 0;

  const newCustomer = async (): Promise<string> => {
    const externalId = `ticket-${++customers}`;
    await service.patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name: 'x' }).expect(201);
    return externalId;
  };
  const add = async (customerExternalId: string, ...events: [string, string, object?][]) => {
    const batch = events.map(([type, occurredAt, payload]) => ({ customerExternalId, type, occurredAt, payload }));
    await service.post('/customer-events/batch', { events: batch }).expect(201);
  };
  const get = (externalId: string, query = '', headers = {}) =>
    service.get(`/customers/${externalId}/context?${query}`, headers);
  const context = async (externalId: string, query = ''): Promise<Context> => {
    const response = await get(externalId, query);
    expectSuccess(response, 200);
    expect(Buffer.byteLength(response.text)).toBeLessThanOrEqual(LIMIT_BYTES);
    return response.body.data;
  };
  const markdown = async (externalId: string, query = ''): Promise<string> => {
    const response = await get(externalId, query, { Accept: 'text/markdown' }).expect(200);
    expect(response.headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(Buffer.byteLength(response.text)).toBeLessThanOrEqual(LIMIT_BYTES);
    return response.text;
  };

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('tells the latest events, what repeats, and a summary, as of the time of the ticket', async () => {
    const externalId = await newCustomer();
    await add(
      externalId,
      ['order.placed', '2026-04-01T00:00:00Z'],
      ['order.placed', '2026-04-10T00:00:00Z', { orderId: '1' }],
      ['payment.failed', '2026-04-17T01:00:00Z'],
      ['payment.failed', '2026-04-17T02:00:00Z'],
      ['payment.failed', '2026-04-17T03:00:00.5Z'],
      ['invoice.paid', '2026-04-18T10:00:00Z', { total: 99.9 }],
      ['order.cancelled', '2026-04-18T10:00:00.000001Z'],
    );
    const found = await context(externalId, 'at=2026-04-18T10:00:00Z');
    expect(found.asOf).toBe('2026-04-18T10:00:00Z');
    expect(found.events.map(({ type, occurredAt }) => `${occurredAt} ${type}`)).toEqual([
      '2026-04-18T10:00:00Z invoice.paid',
      '2026-04-17T03:00:00.5Z payment.failed',
      '2026-04-17T02:00:00Z payment.failed',
      '2026-04-17T01:00:00Z payment.failed',
      '2026-04-10T00:00:00Z order.placed',
      '2026-04-01T00:00:00Z order.placed',
    ]);
    expect(found.runs).toEqual([
      {
        type: 'payment.failed',
        count: 3,
        firstOccurredAt: '2026-04-17T01:00:00Z',
        lastOccurredAt: '2026-04-17T03:00:00.5Z',
      },
    ]);
    expect(found.summary).toEqual([
      {
        type: 'invoice.paid',
        count: 1,
        firstOccurredAt: '2026-04-18T10:00:00Z',
        lastOccurredAt: '2026-04-18T10:00:00Z',
      },
      {
        type: 'payment.failed',
        count: 3,
        firstOccurredAt: '2026-04-17T01:00:00Z',
        lastOccurredAt: '2026-04-17T03:00:00.5Z',
      },
    ]);
    expect(found.truncated).toBe(false);

    const later = await context(externalId, 'at=2026-04-18T10:00:00.000001Z&window=P30D&limit=1');
    // The latest failed payment is there although it is not the latest event.
    expect(later.events.map(({ type }) => type)).toEqual(['order.cancelled', 'payment.failed']);
    expect(later.summary.map(({ type, count }) => [type, count])).toEqual([
      ['order.cancelled', 1],
      ['invoice.paid', 1],
      ['payment.failed', 3],
      ['order.placed', 2],
    ]);
    expect(await markdown(externalId, 'at=2026-04-18T10:00:00Z')).toBe(
      [
        `# Customer \`${externalId}\` as of 2026-04-18T10:00:00Z`,
        '',
        'Name: `x`',
        '',
        '## Needs attention',
        '',
        '- `payment.failed` × 3, the latest 2026-04-17T03:00:00.5Z',
        '',
        '## Summary',
        '',
        '- `invoice.paid` × 1, 2026-04-18T10:00:00Z',
        '- `payment.failed` × 3, 2026-04-17T01:00:00Z to 2026-04-17T03:00:00.5Z',
        '',
        '## Latest events',
        '',
        '2026-04-18T10:00:00Z `invoice.paid`',
        '',
        '```json',
        '{"total":99.9}',
        '```',
        '',
        '2026-04-17T01:00:00Z to 2026-04-17T03:00:00.5Z `payment.failed` × 3, the latest with',
        '',
        '```json',
        '{}',
        '```',
        '',
        '2026-04-10T00:00:00Z `order.placed`',
        '',
        '```json',
        '{"orderId":"1"}',
        '```',
        '',
        '2026-04-01T00:00:00Z `order.placed`',
        '',
        '```json',
        '{}',
        '```',
        '',
        '',
      ].join('\n'),
    );
  });

  it('is the same each time it is asked for', async () => {
    const externalId = await newCustomer();
    await add(
      externalId,
      ...Array.from({ length: 100 }, (_, index): [string, string] => [`t${index % 7}`, '2026-04-18T10:00:00Z']),
    );
    const query = 'at=2026-04-18T10:00:00Z';
    const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => context(externalId, query)));
    for (const other of others) expect(other).toEqual(first);
    expect(await markdown(externalId, query)).toBe(await markdown(externalId, query));
  });

  it('tells nothing of what came to be known later of a time after the ticket', async () => {
    const externalId = await newCustomer();
    await add(externalId, ['a', '2026-04-17']);
    const before = await context(externalId, 'at=2026-04-18');
    await add(externalId, ['b', '2026-04-18T00:00:00.000001Z'], ['b', '2026-04-19'], ['b', '2026-04-20']);
    expect(await context(externalId, 'at=2026-04-18')).toEqual(before);
  });

  it('counts a run whole that goes on beyond the latest events', async () => {
    const externalId = await newCustomer();
    await add(
      externalId,
      ['start', '2026-01-01'],
      ...Array.from({ length: 60 }, (): [string, string] => ['tick', '2026-02-01']),
    );
    const { events, runs } = await context(externalId, 'at=2026-03-01&limit=5');
    expect(events).toHaveLength(5);
    expect(runs).toEqual([expect.objectContaining({ type: 'tick', count: 60 })]);
    expect((await markdown(externalId, 'at=2026-03-01&limit=5')).match(/`tick`/g)).toHaveLength(1);
  });

  it('does not take two in a row, nor three with another between, for a run', async () => {
    const externalId = await newCustomer();
    const types = ['a', 'a', 'b', 'a', 'a', 'c', 'c'];
    await add(externalId, ...types.map((type, index): [string, string] => [type, `2026-01-0${index + 1}`]));
    expect((await context(externalId, 'at=2026-02-01')).runs).toEqual([]);
  });

  it('as of now, by default, the last seven days, twenty events', async () => {
    const externalId = await newCustomer();
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    await add(externalId, ['old', ago(8)], ['recent', ago(6)], ['future', ago(-1)]);
    const found = await context(externalId);
    expect(found.events.map(({ type }) => type)).toEqual(['recent', 'old']);
    expect(found.summary.map(({ type }) => type)).toEqual(['recent']);
    await add(externalId, ...Array.from({ length: 30 }, (_, index): [string, string] => [`t${index}`, ago(1)]));
    expect((await context(externalId)).events).toHaveLength(20);
  });

  it.each(['0001-01-01', '0001-01-03', '9999-12-31T23:59:59.999999Z'])('at the end of time: %s', async (at) => {
    const externalId = await newCustomer();
    await add(externalId, ['edge', at]);
    const found = await context(externalId, `at=${at}&window=P999999W`);
    expect(found.events.map(({ type }) => type)).toEqual(['edge']);
    expect(found.summary).toHaveLength(1);
  });

  it('of a customer without events is empty; of an unknown customer it is a 404', async () => {
    const externalId = await newCustomer();
    expect(await context(externalId, 'at=2026-01-01')).toEqual({
      asOf: '2026-01-01T00:00:00Z',
      events: [],
      runs: [],
      summary: [],
      truncated: false,
    });
    expect(await markdown(externalId, 'at=2026-01-01')).toMatch(
      /No events in the window\.\n\n## Latest events\n\nNone\./,
    );
    expectFailure(await get('nobody'), 404, 'CUSTOMER_NOT_FOUND');
    expectFailure(await get('nobody', '', { Accept: 'text/markdown' }), 404, 'CUSTOMER_NOT_FOUND');
  });

  describe('has at most 16 KiB', () => {
    it('with large payloads: what has no room keeps its outline', async () => {
      const externalId = await newCustomer();
      const large = { text: 'ä'.repeat(4_000) };
      await add(
        externalId,
        ...Array.from({ length: 5 }, (_, day): [string, string, object] => [`t${day}`, `2026-01-0${day + 1}`, large]),
        ['small', '2025-01-01'],
      );
      const found = await context(externalId, 'at=2026-02-01');
      expect(found).toMatchObject({ truncated: true });
      expect(found.events.map(({ type }) => type)).toEqual(['t4', 't3', 't2', 't1', 't0', 'small']);
      expect(found.events.map((event) => 'payload' in event)).toEqual([true, false, false, false, false, true]);
      expect(found.events[0]?.payload).toEqual(large);
      expect(found.events[1]).toEqual({
        id: expect.any(String),
        customerId: expect.any(String),
        type: 't3',
        title: 'T3',
        occurredAt: '2026-01-04T00:00:00Z',
        createdAt: expect.any(String),
        payloadBytes: 8_011,
        payloadLeftOut: true,
      });
      const note = await markdown(externalId, 'at=2026-02-01');
      expect(note).toContain('2026-01-04T00:00:00Z `t3`\n\n_payload of 8,011 bytes left out_\n');
      expect(note).toMatch(/_Some of it is left out, for length\._\n$/);
    });

    it('with an event that is larger than that alone', async () => {
      const externalId = await newCustomer();
      await add(externalId, ['huge', '2026-01-02', { text: 'x'.repeat(60_000) }], ['small', '2026-01-01']);
      const found = await context(externalId, 'at=2026-02-01');
      expect(found.events).toEqual([
        expect.objectContaining({ type: 'huge', payloadBytes: 60_011, payloadLeftOut: true }),
        expect.objectContaining({ type: 'small', payload: {} }),
      ]);
      expect(found.truncated).toBe(true);
      expect(await markdown(externalId, 'at=2026-02-01')).toContain('`huge`\n\n_payload of 60,011 bytes left out_');
    });

    it('with hundreds of long types, all of them runs', async () => {
      const externalId = await newCustomer();
      const events = Array.from({ length: 450 }, (_, index): [string, string] => [
        `${String(Math.floor(index / 3)).padStart(3, '0')}${'x'.repeat(97)}`,
        new Date(1_767_225_600_000 + index * 1000).toISOString(),
      ]);
      await add(externalId, ...events);
      const found = await context(externalId, 'at=2026-01-02&limit=200');
      expect(found.truncated).toBe(true);
      for (const list of [found.events, found.runs, found.summary]) expect(list.length).toBeGreaterThan(3);
      await markdown(externalId, 'at=2026-01-02&limit=200');
    });
  });

  it.each([
    ['backticks', { text: '``` \n```\n# Not a heading\n`````' }, /^``````json$/m],
    [
      'markup',
      { text: '</code><script>alert(1)</script> [x](javascript:alert(1)) ![](http://evil.example/x.png)' },
      /^```json$/m,
    ],
    ['line separators', { text: '\u2028# x\u2029\u0085' }, /^```json$/m],
  ])('in Markdown a payload with %s stays within its fence', async (_, payload, fence) => {
    const externalId = await newCustomer();
    await add(externalId, ['a', '2026-01-01', payload]);
    const lines = (await markdown(externalId, 'at=2026-02-01')).split('\n');
    const opening = lines.findIndex((line) => /^`{3,}json$/.test(line));
    expect(lines[opening]).toMatch(fence);
    expect(lines[opening + 1]).toBe(JSON.stringify(payload));
    expect(`${lines[opening + 2]}json`).toBe(lines[opening]);
  });

  it('in Markdown an external id is data, too', async () => {
    const externalId = 'a`b``<b># [x](y)';
    await service
      .patch(`/customers/${encodeURIComponent(externalId)}`, { email: 'ticks@example.com', name: 'x' })
      .expect(201);
    expect(await markdown(encodeURIComponent(externalId), 'at=2026-02-01')).toMatch(
      /^# Customer ``` a`b``<b># \[x\]\(y\) ``` as of/,
    );
  });

  it.each([
    ['application/json', 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
    ['text/html', 'application/json; charset=utf-8'],
    ['text/markdown;q=0.5, application/json', 'application/json; charset=utf-8'],
    ['text/markdown', 'text/markdown; charset=utf-8'],
    ['text/*', 'text/markdown; charset=utf-8'],
    ['application/json;q=0.1, text/markdown', 'text/markdown; charset=utf-8'],
    ['text/markdown;charset=UTF-8', 'text/markdown; charset=utf-8'],
    ['application/json; charset=utf-8, text/markdown;q=0.5', 'application/json; charset=utf-8'],
  ])('Accept: %s is answered with %s', async (accept, type) => {
    expect((await get('user_42', '', { Accept: accept }).expect(200)).headers['content-type']).toBe(type);
  });

  it.each([
    [
      'window',
      [
        '',
        'P',
        'PT',
        '7D',
        'P7',
        'P1M',
        'P1Y',
        'P0D',
        'PT0S',
        '-P1D',
        'P1.5D',
        'P1W2D',
        'p7d',
        'P7DT',
        'P1H',
        '604800',
        'P9999999D',
        'week',
      ],
    ],
    ['limit', ['0', '201', 'x', '']],
    ['at', ['', 'now', '2026-02-30', '1767225600']],
  ])('a bad %s is refused by name', async (name, values) => {
    for (const value of values) expectInvalid(await get('user_42', `${name}=${encodeURIComponent(value)}`), name);
  });

  it('a window may begin before the first year', async () => {
    for (const window of ['PT1S', 'P1D', 'P999999W'])
      await service.get(`/customers/user_42/context?at=0001-01-01T00:00:00.5Z&window=${window}`).expect(200);
  });

  it.each(['P1D', 'P2W', 'PT12H', 'PT90M', 'PT1S', 'P1DT1H1M1S', 'P365000D'])('a window may be %s', async (window) => {
    expectSuccess(await get('user_42', `window=${window}`), 200);
  });

  it('keeps values as they were sent', async () => {
    const externalId = await newCustomer();
    const payload = '{"n":123456789012345678901234567890,"__proto__":1,"x":1.0,"s":"\\ud800"}';
    await service
      .post(
        '/customer-events',
        `{"customerExternalId":"${externalId}","type":"a","occurredAt":"2026-01-01","payload":${payload}}`,
      )
      .expect(201);
    expect((await get(externalId, 'at=2026-02-01')).text).toContain(`"payload":${payload}`);
    expect(await markdown(externalId, 'at=2026-02-01')).toContain(`\n${payload}\n`);
  });
});

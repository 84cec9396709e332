import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RulesByType } from '../fakes/rules-by-type.ts';
import { withRulesByType } from '../support/display-rules.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectSuccess } from './helpers/answers.ts';

const LIMIT_BYTES = 16_384;
const AT = 'at=2026-04-18T12:00:00Z';

interface Found {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly payload?: unknown;
  readonly payloadBytes?: number;
  readonly display?: { title: string };
}

/** An order as the webhooks of a shop send it: about 1.1 KB for each line. */
const order = (lines: number): object => ({
  id: 820_982_911_946_154_500,
  order_number: 1_000 + lines,
  currency: 'EUR',
  total_price: `${lines}9.90`,
  billing_address: {
    name: 'Ada Lovelace',
    address1: 'Straße des 17. Juni 135',
    city: 'Berlin',
    zip: '10623',
    country: 'Germany',
  },
  line_items: Array.from({ length: lines }, (_, n) => ({
    id: 866_550_311_766_439_000 + n,
    title: `Crème brûlée № ${n}`,
    sku: `SKU-2006-${n}`,
    quantity: 1 + n,
    price_set: {
      shop_money: { amount: '199.00', currency_code: 'EUR' },
      presentment_money: { amount: '199.00', currency_code: 'EUR' },
    },
    total_discount_set: {
      shop_money: { amount: '0.00', currency_code: 'EUR' },
      presentment_money: { amount: '0.00', currency_code: 'EUR' },
    },
    properties: [{ name: '_engraving', value: 'For grandma ♥' }],
    tax_lines: Array.from({ length: 3 }, (_tax, tax) => ({
      title: `VAT ${tax}`,
      price: '3.98',
      rate: 0.06,
      channel_liable: false,
    })),
    admin_graphql_api_id: `gid://shop/LineItem/${866_550_311_766_439_000 + n}`,
    vendor: 'x'.repeat(300),
  })),
});

describe('GET /customers/:externalId/context', () => {
  let service: TestService;
  let rules: RulesByType;
  let customers = 0;

  const newCustomer = async (name = 'Ada', metadata = {}): Promise<string> => {
    const externalId = `context-${++customers}`;
    await service.patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name, metadata }).expect(201);
    return externalId;
  };
  /** Adds events, the newest first, each a second before the one before. */
  const add = async (customerExternalId: string, ...events: (readonly [string, object?])[]): Promise<void> => {
    for (let start = 0; start < events.length; start += 500) {
      const batch = events.slice(start, start + 500).map(([type, payload], index) => ({
        customerExternalId,
        type,
        payload,
        occurredAt: new Date(Date.parse('2026-04-18T12:00:00Z') - (start + index) * 1_000).toISOString(),
      }));
      await service.post('/customer-events/batch', { events: batch }).expect(201);
    }
  };
  const get = async (externalId: string, query = '', headers = {}) => {
    const response = await service.get(`/customers/${externalId}/context?${AT}${query}`, headers);
    expectSuccess(response, 200);
    expect(Buffer.byteLength(response.text)).toBeLessThanOrEqual(LIMIT_BYTES);
    return response.body.data;
  };
  const note = async (externalId: string, query = '', headers = {}): Promise<string> => {
    const of = { Accept: 'text/markdown', ...headers };
    const { text } = await service.get(`/customers/${externalId}/context?${AT}${query}`, of).expect(200);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(LIMIT_BYTES);
    return text;
  };
  const timelineOnly = async (): Promise<Record<string, string>> => ({
    'X-API-Key': (await service.createKey({ scopes: ['timeline:read'] })).secret,
  });
  const many = (count: number, type: string): [string][] => Array.from({ length: count }, () => [type]);

  beforeAll(async () => {
    service = await startTestService();
    rules = withRulesByType(service);
  });
  beforeEach(() => {
    rules.rules = {};
  });
  afterAll(() => service.close());

  it('is as it was before there were rules, byte for byte, where nothing is left out and nothing is a warning', async () => {
    const externalId = await newCustomer();
    await add(externalId, ['a', { n: 1.5 }], ['b'], ['b'], ['b']);
    const { body } = await service.get(`/customers/${externalId}/events`).expect(200);
    const events = (body.data.events as Found[]).map((event) => JSON.stringify(event)).join(',');
    const run =
      '{"type":"b","count":3,"firstOccurredAt":"2026-04-18T11:59:57Z","lastOccurredAt":"2026-04-18T11:59:59Z"}';
    const a = '{"type":"a","count":1,"firstOccurredAt":"2026-04-18T12:00:00Z","lastOccurredAt":"2026-04-18T12:00:00Z"}';
    const data = `{"asOf":"2026-04-18T12:00:00Z","events":[${events}],"runs":[${run}],"summary":[${a},${run}],"truncated":false}`;
    const { text } = await service.get(`/customers/${externalId}/context?${AT}`).expect(200);
    expect(text.replace(/"timestamp":".*"/, '"timestamp":""')).toBe(`{"success":true,"data":${data},"timestamp":""}`);
    expect(await note(externalId, '', await timelineOnly())).toBe(
      [
        `# Customer \`${externalId}\` as of 2026-04-18T12:00:00Z\n`,
        '## Summary\n',
        '- `a` × 1, 2026-04-18T12:00:00Z',
        '- `b` × 3, 2026-04-18T11:59:57Z to 2026-04-18T11:59:59Z\n',
        '## Latest events\n',
        '2026-04-18T12:00:00Z `a`\n\n```json\n{"n":1.5}\n```\n',
        '2026-04-18T11:59:57Z to 2026-04-18T11:59:59Z `b` × 3, the latest with\n\n```json\n{}\n```\n\n',
      ].join('\n'),
    );
  });

  it.each([2, 8, 12])('of ten orders of %i lines keeps each, the latest with its payload', async (lines) => {
    const externalId = await newCustomer();
    const size = Buffer.byteLength(JSON.stringify(order(lines)));
    await add(externalId, ...Array.from({ length: 10 }, (_, n) => [`order.${n}`, order(lines)] as const));
    const { events, leftOut } = await get(externalId);
    expect(events.map(({ type }: Found) => type)).toEqual(Array.from({ length: 10 }, (_, n) => `order.${n}`));
    expect(leftOut).toBeUndefined();
    if (size < 13_000) expect(events[0].payload).toMatchObject({ order_number: 1_000 + lines });
    for (const event of events as Found[]) {
      if (event.payload === undefined) expect(event).toMatchObject({ payloadBytes: size, payloadLeftOut: true });
    }
    const text = await note(externalId);
    for (let n = 0; n < 10; n++) expect(text).toContain(`\`order.${n}\`\n`);
    if (lines > 2) expect(text).toContain(`_payload of ${size.toLocaleString('en-US')} bytes left out_`);
  });

  it.each([
    ['within the thousand events that are looked at', 500],
    ['far beyond them', 1_800],
  ])('has a warning that is %s, and counts what is between', async (_, between) => {
    const externalId = await newCustomer();
    const noise = Array.from({ length: between }, (_noise, n): [string] => [
      n % 3 === 0 ? 'cart.updated' : 'page.viewed',
    ]);
    await add(externalId, ...noise, ['payment.failed', { reason: 'card_declined' }], ...many(5, 'login'), [
      'old.error',
    ]);
    const found = await get(externalId, '&limit=3');
    const [, , third, failed, error] = found.events as Found[];
    expect(found.events).toHaveLength(5);
    expect(failed).toMatchObject({ type: 'payment.failed', payload: { reason: 'card_declined' } });
    expect(found.attention).toEqual([
      { type: 'payment.failed', title: 'payment.failed', count: 1, last: failed?.occurredAt, id: failed?.id },
      { type: 'old.error', title: 'old.error', count: 1, last: error?.occurredAt, id: error?.id },
    ]);
    const carts = noise.slice(3).filter(([type]) => type === 'cart.updated').length;
    expect(found.leftOut).toEqual([
      {
        after: third?.id,
        before: failed?.id,
        count: between - 3,
        types: [
          { type: 'page.viewed', count: between - 3 - carts },
          { type: 'cart.updated', count: carts },
        ],
      },
      { after: failed?.id, before: error?.id, count: 5, types: [{ type: 'login', count: 5 }] },
    ]);
    expect(found.truncated).toBe(true);
    const text = await note(externalId, '&limit=3');
    expect(text).toContain(
      `_${between - 3} events left out here: ${between - 3 - carts} page.viewed, ${carts} cart.updated_\n\n${failed?.occurredAt} \`payment.failed\``,
    );
    expect(text).toContain('_5 events left out here: 5 login_');
    expect(text).toMatch(
      /## Needs attention\n\n- `payment.failed` × 1, the latest \S+Z\n- `old.error` × 1, [^\n]+\n\n## Summary/,
    );
  });

  it('names the five latest types of warnings, and says that there are more', async () => {
    const externalId = await newCustomer();
    await add(externalId, ...Array.from({ length: 7 }, (_, n) => [`w${n}.failed`] as const));
    const { attention, unlisted } = await get(externalId);
    expect(attention.map(({ type }: Found) => type)).toEqual([0, 1, 2, 3, 4].map((n) => `w${n}.failed`));
    expect(unlisted).toEqual({ attention: 2, runs: 0, summary: 0, summaryEvents: 0 });
    expect(await note(externalId)).toContain('- _2 more types of warnings or errors_\n');
  });

  it('leaves out what is quiet before the payload of anything else', async () => {
    const externalId = await newCustomer();
    const text = 'x'.repeat(2_500);
    rules.rules = { 'page.viewed': { quiet: true } };
    const types = [
      'page.viewed',
      'order.placed',
      'page.viewed',
      'order.shipped',
      'page.viewed',
      'invoice.paid',
      'order.refunded',
    ];
    await add(externalId, ...types.map((type) => [type, { text }] as const), ['payment.failed', { text }]);
    const { events } = await get(externalId);
    const whole = (events as Found[]).filter(({ payload }) => payload !== undefined).map(({ type }) => type);
    expect(whole).toEqual(['order.placed', 'order.shipped', 'invoice.paid', 'order.refunded', 'payment.failed']);
  });

  it('has displays with display=true, bounded for an outline, and the customer for a key that may know it', async () => {
    const externalId = await newCustomer('Zoë', { plan: 12.5 });
    rules.rules = { a: { title: 'By {customer}', url: 'https://a.example', fields: [{ label: 'l', value: 'v' }] } };
    await add(externalId, ['a', { text: 'x'.repeat(60_000) }], ['a']);
    const found = await get(externalId, '&display=true');
    expect(found).toMatchObject({ customer: { externalId, name: 'Zoë', plan: '12.5' }, attention: [] });
    expect(found.events).toMatchObject([
      { payloadBytes: 60_011, display: { title: 'By —', url: null, fields: [] } },
      { payload: {}, display: { title: 'By Zoë', url: 'https://a.example', fields: [{ label: 'l', value: 'v' }] } },
    ]);
    const other = await get(externalId, '&display=true', await timelineOnly());
    expect(other).not.toHaveProperty('customer');
    expect(other.events[1]).toMatchObject({ display: { title: 'By —' } });
    expect(await get(externalId)).not.toHaveProperty('customer');
  });

  it('in Markdown has titles, and neither what is masked nor the name for a key that may not know it', async () => {
    const externalId = await newCustomer('Zoë', { plan: 'Pro' });
    rules.rules = { 'payment.failed': { title: '{payload} of {customer}', masked: '{"card":"•••"}' } };
    await add(externalId, ['payment.failed', { card: '4242' }]);
    const text = await note(externalId);
    expect(text).toContain('\n\nName: `Zoë`, plan: `Pro`\n\n## Needs attention\n\n- `— of —` (`payment.failed`) × 1');
    expect(text).toContain('Z `{"card":"•••"} of Zoë` (`payment.failed`)\n\n```json\n{"card":"•••"}\n```');
    expect(text).not.toContain('4242');
    const other = await note(externalId, '', await timelineOnly());
    expect(other).not.toMatch(/Zoë|Pro/);
  });

  it.each([
    '`` ` ``` x',
    '</code><script>alert(1)</script> ![](https://evil.example/x.png)',
    '\u2028# Heading\u2029- item \u202e evil',
    '_a_ **b** [x](javascript:alert(1))',
  ])('in Markdown %j as a name, a plan and a title stays one code span on its line', async (hostile) => {
    const externalId = await newCustomer(hostile, { plan: `${hostile}\n\n# Heading\n` });
    rules.rules = { a: { title: hostile } };
    await add(externalId, ['a', { hostile: `\n\`\`\`\n${hostile}` }]);
    const text = await note(externalId);
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toHaveLength(3);
    const spans = (line: string | undefined): string =>
      (line ?? '').replace(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g, 'CODE');
    const lines = text.split('\n');
    const ours = lines.filter((line) => /^(Name: |2026-)/.test(line));
    expect(ours).toHaveLength(2);
    for (const line of ours) expect(line).not.toMatch(/[\u2028\u2029\u202e]/);
    expect(spans(lines.find((line) => line.startsWith('Name: ')))).toBe('Name: CODE, plan: CODE');
    expect(spans(lines.find((line) => line.startsWith('2026-')))).toBe('2026-04-18T12:00:00Z CODE (CODE)');
  });
});

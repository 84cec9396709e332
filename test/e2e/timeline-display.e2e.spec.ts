import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RulesByType } from '../fakes/rules-by-type.ts';
import { withRulesByType } from '../support/display-rules.ts';
import type { Scope } from '../../src/platform/access/scopes.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectInvalid } from './helpers/answers.ts';

const PAGE_BYTES = 2_097_152;

interface Shown {
  readonly id: string;
  readonly type: string;
  readonly payload: unknown;
  readonly display?: object;
}

describe('display=true', () => {
  let service: TestService;
  let rules: RulesByType;
  let customers = 0;

  const newCustomer = async (): Promise<string> => {
    const externalId = `display-${++customers}`;
    await service.patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name: 'Zoë' }).expect(201);
    return externalId;
  };
  const add = (customerExternalId: string, ...events: [string, object?][]) =>
    service
      .post('/customer-events/batch', {
        events: events.map(([type, payload], index) => ({
          customerExternalId,
          type,
          payload,
          occurredAt: `2026-04-18T10:${String(index).padStart(2, '0')}:00Z`,
        })),
      })
      .expect(201);
  const page = async (externalId: string, query = 'display=true', headers = {}): Promise<Shown[]> =>
    (await service.get(`/customers/${externalId}/events?${query}`, headers).expect(200)).body.data.events as Shown[];
  const withoutTime = ({ text }: { text: string }): string => text.replace(/"timestamp":"[^"]*"/, '');
  /** A key with these scopes only. */
  const scopedKey = async (...scopes: Scope[]): Promise<Record<string, string>> => ({
    'X-API-Key': (await service.createKey({ scopes })).secret,
  });

  beforeAll(async () => {
    service = await startTestService();
    rules = withRulesByType(service);
  });
  beforeEach(() => {
    rules.rules = {};
  });
  afterAll(() => service.close());

  const EVENT_READS: [string, (customer: string, id: string) => string][] = [
    ['a page', (customer) => `/customers/${customer}/events?`],
    ['one event', (customer, id) => `/customers/${customer}/events/${id}?`],
    ['an export', (customer) => `/customers/${customer}/events/export?`],
    ['a context', (customer) => `/customers/${customer}/context?at=2026-05-01&`],
  ];

  it.each(EVENT_READS)('adds a display to each event of %s, as its last member', async (_, path) => {
    const customer = await newCustomer();
    const display = {
      title: 'Order {payload}',
      severity: 'success',
      icon: 'cart',
      url: 'https://shop.example/1',
      fields: [{ label: 'Total "net"', value: '99.90' }],
      quiet: true,
      hidden: true,
    } as const;
    rules.rules = { 'order.placed': display };
    await add(customer, ['order.placed', { total: 99.9 }]);
    const [event] = await page(customer, '');
    const expected = { ...display, title: 'Order {"total":99.9}' };
    const { text } = await service.get(`${path(customer, event?.id as string)}display=true`).expect(200);
    expect(text).toContain(`${JSON.stringify(event).slice(0, -1)},"display":${JSON.stringify(expected)}}`);
  });

  it.each(EVENT_READS)('left out or false leaves %s as it is, byte for byte', async (_, path) => {
    const customer = await newCustomer();
    rules.rules = { a: { title: 'A {payload}' } };
    await add(customer, ['a', { text: 'x' }], ['b']);
    const [, event] = await page(customer, '');
    const at = path(customer, event?.id as string);
    const [without, no] = await Promise.all(
      [at.replace(/[?&]$/, ''), `${at}display=false`].map((of) => service.get(of)),
    );
    expect(without?.status).toBe(200);
    expect(withoutTime(without as { text: string })).toBe(withoutTime(no as { text: string }));
    expect(without?.text).not.toContain('display');
    expect(without?.text).toContain(JSON.stringify(event));
  });

  it.each(EVENT_READS)('that is neither true nor false, or given twice, is refused for %s', async (_, path) => {
    const customer = await newCustomer();
    await add(customer, ['a']);
    const [event] = await page(customer, '');
    const at = path(customer, event?.id as string);
    for (const bad of ['display=1', 'display=TRUE', 'display=', 'display=true&display=true', 'display[]=true'])
      expect(
        expectInvalid(await service.get(at + bad), bad.startsWith('display[') ? 'display[]' : 'display'),
      ).toBeDefined();
  });

  it('is refused where there are no events: a summary', async () => {
    expectInvalid(await service.get('/customers/user_42/events/summary?display=true'), 'display');
  });

  it('gives what is known of a type where an app has no rules', async () => {
    const plain = await startTestService();
    await plain
      .post('/customer-events', { customerExternalId: 'user_42', type: 'payment_method.card_declined' })
      .expect(201);
    const { body } = await plain.get('/customers/user_42/events?display=true').expect(200);
    expect(body.data.events[0].display).toEqual({
      title: 'Payment method card declined',
      severity: 'warning',
      icon: null,
      url: null,
      fields: [],
      quiet: false,
      hidden: false,
    });
    await plain.close();
  });

  it('names the customer only to a key that may read customers', async () => {
    const customer = await newCustomer();
    rules.rules = { a: { title: '{customer}' } };
    await add(customer, ['a']);
    const titles = async (headers: object) =>
      (await page(customer, 'display=true', headers)).map(({ display }) => display);
    expect(await titles({})).toMatchObject([{ title: 'Zoë' }]);
    expect(await titles(await scopedKey('timeline:read', 'customers:read'))).toMatchObject([{ title: 'Zoë' }]);
    expect(await titles(await scopedKey('timeline:read'))).toMatchObject([{ title: '—' }]);
  });

  it('flags what is hidden, and leaves out nothing', async () => {
    const customer = await newCustomer();
    rules.rules = { a: { hidden: true } };
    await add(customer, ['a'], ['b']);
    expect(await page(customer)).toMatchObject([{ display: { hidden: false } }, { display: { hidden: true } }]);
  });

  it('masks nothing in the raw events', async () => {
    const customer = await newCustomer();
    rules.rules = { a: { masked: '{"card":"…"}' } };
    await add(customer, ['a', { card: '4242' }]);
    expect(await page(customer)).toMatchObject([{ payload: { card: '4242' } }]);
  });

  it('asks for the rules twice a page at most, and not at all without it', async () => {
    const customer = await newCustomer();
    await add(customer, ...Array.from({ length: 50 }, (): [string] => ['a']));
    rules.asked = 0;
    await page(customer, 'limit=50');
    expect(rules.asked).toBe(0);
    await page(customer, 'limit=50&display=true');
    expect(rules.asked).toBeLessThanOrEqual(2);
  });

  it('counts among the bytes of a page, which ends earlier then; each event comes once', async () => {
    const customer = await newCustomer();
    for (let part = 0; part < 2; part++)
      await add(customer, ...Array.from({ length: 60 }, (): [string, object] => ['a', { text: 'x'.repeat(14_000) }]));
    rules.rules = { a: { url: `https://shop.example/${'"'.repeat(20_000)}` } };
    const found: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const query = `limit=200&display=true${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const { body, text } = await service.get(`/customers/${customer}/events?${query}`).expect(200);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(PAGE_BYTES);
      expect(body.data.events.length).toBeGreaterThan(0);
      found.push(...(body.data.events as Shown[]).map(({ id }) => id));
      cursor = body.data.nextCursor as string | null;
      pages++;
    } while (cursor !== null);
    expect(pages).toBeGreaterThanOrEqual(4);
    expect(found).toEqual((await page(customer, 'limit=200')).map(({ id }) => id));
  });

  it('is in an export of many pages, each event once', async () => {
    const customer = await newCustomer();
    for (let part = 0; part < 3; part++)
      await add(customer, ...Array.from({ length: 60 }, (): [string, object] => ['a', { text: 'x'.repeat(6_000) }]));
    rules.rules = { a: { title: 'A\u2028B', url: `https://shop.example/${'x'.repeat(20_000)}` } };
    const { text } = await service.get(`/customers/${customer}/events/export?display=true`).expect(200);
    const lines = text.trimEnd().split('\n');
    expect(new Set(lines.map((line) => (JSON.parse(line) as Shown).id)).size).toBe(180);
    expect(lines).toHaveLength(180);
    expect(text).not.toContain('\u2028');
    expect(JSON.parse(lines[179] as string)).toMatchObject({ display: { title: 'A\u2028B' } });
  });
});

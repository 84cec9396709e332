import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until, type Child } from '../support/child.ts';
import { outcomeOf, startServedClient, type ServedClient } from '../support/client-command.ts';
import { startHttpFaultProxy, type HttpFault } from '../support/http-fault-proxy.ts';

const HOUR_MS = 3_600_000;

describe('tail, of the command line of the client', () => {
  let served: ServedClient;

  beforeAll(async () => {
    served = await startServedClient();
  });
  afterAll(() => served.close());

  /** Each test has a customer of its own. */
  const createCustomer = (id: string) =>
    served.service.patch(`/customers/${id}`, { email: `${id}@example.com`, name: 'Ada' }).expect(201);
  const record = (customerExternalId: string, type: string, payload: string, agoMs = 0) =>
    served.service
      .post(
        '/customer-events',
        `{"customerExternalId":"${customerExternalId}","type":"${type}","payload":${payload},"occurredAt":"${new Date(Date.now() - agoMs).toISOString()}"}`,
      )
      .expect(201);
  const tail = (customer: string, args: string[] = [], more: Record<string, string> = {}): Child =>
    served.commands.start(['tail', customer, '--interval', '1', ...args], { ...served.settings, ...more });
  const lines = (child: Child): string[] => child.stdout().split('\n').slice(0, -1);
  const numbersOf = (child: Child): unknown[] =>
    lines(child).map((line) => (JSON.parse(line.slice(line.indexOf('{'))) as { n: number }).n);

  it('prints the newest events, then each new one once, in the order of the timeline, until Ctrl-C', async () => {
    await createCustomer('all');
    for (let n = 1; n <= 12; n++) await record('all', 'order.placed', `{"n":${n}}`, HOUR_MS - n * 1_000);
    const faults: HttpFault[] = [{ status: 503, headers: { 'Retry-After': '1' } }, 'cut-before'];
    const proxy = await startHttpFaultProxy(served.settings.CUSTOMER_EVENTS_URL, faults);
    const child = tail('all', [], { CUSTOMER_EVENTS_URL: proxy.url });
    await until(() => lines(child).length === 10);
    await record('all', 'order.placed', '{"n":14}', 1_000);
    await record('all', 'order.placed', '{"n":13}', 60_000);
    await until(() => lines(child).length >= 12);
    // Older than what was printed last, but just now come in.
    await record('all', 'order.placed', '{"n":15}', 30 * 60_000);
    await until(() => lines(child).length >= 13);
    const looked = proxy.requests.length;
    await until(() => proxy.requests.length > looked + 1);
    child.kill('SIGINT');
    const { code, stderr } = await outcomeOf(child);
    await proxy.close();
    expect(code).toBe(130);
    const numbers = numbersOf(child);
    expect(numbers.slice(0, 10)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(numbers.slice(10).sort()).toEqual([13, 14, 15]);
    expect(stderr).toBe('The service does not take this now (HTTP 503): trying again\nThe service responds again\n');
  });

  it('prints more new events than a page has, each once', async () => {
    await createCustomer('many');
    const child = tail('many');
    await record('many', 'first', '{"n":0}', 60_000);
    await until(() => lines(child).length === 1);
    const event = (n: number) => ({
      customerExternalId: 'many',
      type: 'more',
      payload: { n },
      occurredAt: new Date(Date.now() - 50_000 + n).toISOString(),
    });
    const events = Array.from({ length: 450 }, (_, index) => event(index + 1));
    await served.service.post('/customer-events/batch', { events }).expect(201);
    await until(() => lines(child).length >= 451);
    child.kill('SIGTERM');
    expect(await outcomeOf(child)).toMatchObject({ code: 143, stderr: '' });
    expect(numbersOf(child)).toEqual(Array.from({ length: 451 }, (_, n) => n));
  });

  it('prints the events of its types, as JSON with the payload as it was sent, in control characters escaped', async () => {
    await createCustomer('types');
    await record(
      'types',
      'order.placed',
      '{"total":99.90,"id":123456789012345678901234567890,"text":"\u009b2J\u202e"}',
    );
    await record('types', 'ticket.opened', '{"n":1}');
    const child = tail('types', ['--type', 'order.*', '--type', 'invoice.paid', '--json', '--last', '200']);
    await until(() => lines(child).length === 1);
    await record('types', 'ticket.opened', '{"n":2}');
    await record('types', 'invoice.paid', '{"n":3}');
    await until(() => lines(child).length >= 2);
    child.kill('SIGINT');
    await child.ends();
    const [first, second] = lines(child) as [string, string];
    expect(first).toContain('"payload":{"total":99.90,"id":123456789012345678901234567890,"text":"\\u009b2J\\u202e"}');
    expect(JSON.parse(first)).toMatchObject({ type: 'order.placed', payload: { text: '\u009b2J\u202e' } });
    expect(JSON.parse(second)).toMatchObject({ type: 'invoice.paid', payload: { n: 3 } });
    expect(lines(child)).toHaveLength(2);
  });

  it('ends where who reads its output has had enough', async () => {
    await createCustomer('pipe');
    const child = tail('pipe');
    await record('pipe', 'order.placed', '{"n":1}');
    await until(() => lines(child).length === 1);
    child.process.stdout?.destroy();
    await record('pipe', 'order.placed', '{"n":2}');
    expect(await outcomeOf(child)).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['an unknown customer', ['nobody'], {}, 'CUSTOMER_NOT_FOUND'],
    ['a wrong type', ['user_42', '--type', 'A b'], {}, 'VALIDATION_ERROR'],
    ['a wrong key', ['user_42'], { CUSTOMER_EVENTS_KEY: 'wrong' }, 'AUTH_API_KEY_INVALID'],
    ['no customer', [], {}, 'tail of a whole app is not there yet'],
  ])('fails with %s, and says why', async (_what, args, more, told) => {
    const outcome = await served.commands.run(['tail', ...args], { ...served.settings, ...more });
    expect(outcome).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(told) });
    expect(outcome.stderr.trimEnd()).not.toContain('\n');
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';

describe('A display rule that was put', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService();
    const rule = {
      title: '{customer.name} paid {payload.total}',
      severity: 'error',
      quiet: true,
      mask: ['/card'],
      fields: [{ label: 'Total', path: 'payload.total' }],
    };
    await service
      .post(
        '/customer-events',
        '{"customerExternalId":"user_42","type":"payment.done","occurredAt":"2026-04-18","payload":{"total":99.90,"card":"4242"}}',
      )
      .expect(201);
    const put = await fetchPut(service, '/event-types/payment.*', rule);
    expect(put).toBe(201);
  });
  afterAll(() => service.close());

  it('is how pages, single events, exports and contexts display its events', async () => {
    const display = {
      title: 'Ada paid 99.90',
      severity: 'error',
      icon: null,
      url: null,
      fields: [{ label: 'Total', value: '99.90' }],
      quiet: true,
      hidden: false,
    };
    const page = await service.get('/customers/user_42/events?display=true').expect(200);
    const { id } = page.body.data.events[0];
    const paths = [`/events/${id}?`, '/events/export?', '/context?at=2026-04-19&'];
    for (const path of paths) {
      const { text } = await service.get(`/customers/user_42${path}display=true`).expect(200);
      expect(text).toContain(`"display":${JSON.stringify(display)}}`);
    }
    expect(page.body.data.events[0].display).toEqual(display);
  });

  it('brings its events to the head of a context, and masks them in a note', async () => {
    const { body } = await service.get('/customers/user_42/context?at=2026-04-19').expect(200);
    expect(body.data.attention).toMatchObject([{ type: 'payment.done', title: 'Payment done', count: 1 }]);
    expect(body.data.events[0].payload).toEqual({ total: 99.9, card: '4242' });
    const note = await service.get('/customers/user_42/context?at=2026-04-19', { Accept: 'text/markdown' }).expect(200);
    expect(note.text).toContain('`Ada paid 99.90` (`payment.done`)');
    expect(note.text).not.toContain('4242');
  });
});

async function fetchPut({ server, key }: TestService, path: string, body: object): Promise<number> {
  const address = server.address() as { port: number };
  const response = await fetch(`http://127.0.0.1:${address.port}/api/v1${path}`, {
    method: 'PUT',
    headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.status;
}

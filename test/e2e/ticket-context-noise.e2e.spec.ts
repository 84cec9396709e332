import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomSource } from '../support/random-puts.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { inDrill } from '../support/drill.ts';

const EVENTS = 5_000;
const START = Date.UTC(2026, 2, 1);
const MINUTES = 30 * 1_440;
const WINDOW_MS = 7 * 86_400_000;
const NOISE = ['page.viewed', 'session.started', 'cart.updated', 'search.performed'];
const NEWS = ['order.placed', 'order.shipped', 'invoice.paid', 'subscription.renewed', 'payment.failed'];

interface Sent {
  readonly type: string;
  readonly at: number;
  readonly payload: object;
}

/** A month of a customer, of which 94 % is noise of four types, and 1.2 % are failed payments. */
function history(): Sent[] {
  const random = randomSource(20_260_418);
  const lines = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ sku: `SKU-${n}`, title: `Line ${n}`, quantity: 1 + random(5) }));
  return Array.from({ length: EVENTS }, (_, n): Sent => {
    const at = START + Math.floor((n * MINUTES) / EVENTS) * 60_000 + random(60_000);
    if (random(100) < 94) return { type: NOISE[random(4)] as string, at, payload: { path: `/p/${random(500)}` } };
    return { type: NEWS[random(5)] as string, at, payload: { id: n, lines: lines(random(12)) } };
  }).sort((a, b) => a.at - b.at);
}

describe('GET /customers/:externalId/context of a history of which 94 % is noise', () => {
  const sent = history();
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService();
    for (let start = 0; start < sent.length; start += 500) {
      const events = sent.slice(start, start + 500).map(({ type, at, payload }) => ({
        customerExternalId: 'user_42',
        type,
        payload,
        occurredAt: new Date(at).toISOString(),
      }));
      await service.post('/customer-events/batch', { events }).expect(201);
    }
  });
  afterAll(() => service.close());

  it('has the latest failed payment of the window at each of many random instants, in JSON and in Markdown', async () => {
    const random = randomSource(60);
    const found = { json: 0, markdown: 0 };
    const asked = inDrill(60, 20);
    for (let instants = 0; instants < asked;) {
      const at = START + WINDOW_MS + random(23 * 1_440) * 60_000;
      const failed = sent.findLast((event) => event.type === 'payment.failed' && event.at <= at);
      if (failed === undefined || failed.at < at - WINDOW_MS) continue;
      instants++;
      const occurredAt = new Date(failed.at).toISOString().replace(/\.?0*Z$/, 'Z');
      const path = `/customers/user_42/context?at=${new Date(at).toISOString()}`;
      const { body, text } = await service.get(path).expect(200);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16_384);
      const events = body.data.events as { type: string; occurredAt: string }[];
      if (events.some((event) => event.type === 'payment.failed' && event.occurredAt === occurredAt)) found.json++;
      const note = await service.get(path, { Accept: 'text/markdown' }).expect(200);
      const latest = note.text.slice(note.text.indexOf('## Latest events'));
      if (latest.includes(`${occurredAt} \`payment.failed\``)) found.markdown++;
    }
    expect(found).toEqual({ json: asked, markdown: asked });
  });
});

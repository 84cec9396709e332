// Records that an order was placed: node record-event.mjs [ORDER_ID]
import { setTimeout as sleep } from 'node:timers/promises';

const GIVE_UP_AFTER_MS = 60_000;
const TIMEOUT_MS = 10_000;
const url = new URL('/api/v1/customer-events', process.env.CUSTOMER_EVENTS_URL ?? 'http://localhost:3000');
const headers = new Headers({
  'X-API-Key': process.env.CUSTOMER_EVENTS_KEY ?? '',
  'Content-Type': 'application/json',
});

/** Status 0: no response, or a part of one. The event may be committed nevertheless. */
async function post(body) {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    const retryAfterMs = 1000 * (Number(response.headers.get('Retry-After')) || 0);
    return { status: response.status, retryAfterMs, text: await response.text() };
  } catch (error) {
    return { status: 0, retryAfterMs: 0, text: String(error.cause?.code ?? error.message) };
  }
}

/** Resolves when the event is committed; rejects with what the service said, or with why there was no response. */
async function recordEvent(event) {
  const body = JSON.stringify(event);
  const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
  for (let attempt = 0; ; attempt++) {
    const { status, retryAfterMs, text } = await post(body);
    if ((status === 200 || status === 201) && text.startsWith('{"success":true')) return status;

    const response = `${status} ${text.slice(0, 2000)}`;
    if (status !== 0 && status !== 408 && status !== 429 && status < 500) throw new Error(`refused: ${response}`);

    const waitMs = retryAfterMs + 100 + Math.random() * Math.min(30_000, 200 * 2 ** attempt);
    if (Date.now() + waitMs >= giveUpAt) throw new Error(`not confirmed, send it again later: ${response}`);
    await sleep(waitMs);
  }
}

const orderId = process.argv[2] ?? '1044';
const event = {
  customerExternalId: 'user_42',
  type: 'order.placed',
  payload: { orderId, total: 99.9 },
  occurredAt: '2026-04-18T12:00:00Z',
  eventId: `order-${orderId}-placed`,
};
try {
  const status = await recordEvent(event);
  console.log(`${event.eventId}: ${status === 201 ? 'stored' : 'was stored before'}`);
} catch (error) {
  console.error(`${event.eventId}: ${error.message}`);
  process.exitCode = 1;
}

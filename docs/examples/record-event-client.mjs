// Records that an order was placed, with the client: node record-event-client.mjs [ORDER_ID]
import { CustomerEvents } from '@customer-events/client';

// One for the whole process. It sends again what is to be sent again, for as long as deliveryTimeoutMs.
const client = new CustomerEvents({
  url: process.env.CUSTOMER_EVENTS_URL ?? 'http://localhost:3000',
  key: process.env.CUSTOMER_EVENTS_KEY ?? '',
  deliveryTimeoutMs: 60_000,
});

const orderId = process.argv[2] ?? '1044';
const eventId = `order-${orderId}-placed`;
try {
  const { status } = await client.record({
    customerExternalId: 'user_42',
    type: 'order.placed',
    payload: { orderId, total: 99.9 },
    occurredAt: '2026-04-18T12:00:00Z',
    eventId,
  });
  console.log(`${eventId}: ${status === 'created' ? 'stored' : 'was stored before'}`);
} catch (error) {
  // A RecordError is a refusal; an UndeliveredError is not confirmed, and may be recorded again later.
  const more = JSON.stringify({ details: error.details, cause: error.cause?.message });
  console.error(`${eventId}: ${error.name} ${error.code}: ${error.message} ${more}`);
  process.exitCode = 1;
}
await client.close();

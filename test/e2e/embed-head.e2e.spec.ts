import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EmbedHeadResponse } from '../../src/customer-events/http/embed-head.response.ts';
import type { Head } from '../../src/embed/page/api/types.ts';
import { createSession, embedApi } from '../support/embed-session.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

/** What the service says, and what the page reads: the compiler compares them. */
const asThePageReads = (head: EmbedHeadResponse): Head => head;

const TICKET = '2026-04-18T10:00:00Z';

describe('the head of a timeline', () => {
  let service: TestService;
  const idsOfSent: string[] = [];

  const send = async (type: string, occurredAt: string, customerExternalId = 'user_42'): Promise<string> => {
    const sent = await service.post('/customer-events', { customerExternalId, type, payload: {}, occurredAt });
    expect(sent.status).toBe(201);
    const { id } = (sent.body as { data: { id: string } }).data;
    idsOfSent.push(id);
    return id;
  };
  const headOf = async (session: object): Promise<Head> => {
    const { token } = await createSession(service, { customerExternalId: 'user_42', ...session });
    const response = await embedApi(service, token).head().expect(200);
    return asThePageReads((response.body as { data: EmbedHeadResponse }).data);
  };

  beforeAll(async () => {
    service = await startTestService();
    await service.patch('/customers/user_42', { metadata: { plan: 'Pro\u202e\n5 seats' } }).expect(200);
    await service
      .put('/event-types/card.expired', { severity: 'error', title: 'Card gone', icon: 'credit-card' })
      .expect(201);
    await service.put('/event-types/login.failed', { hidden: true }).expect(201);
    await service.put('/event-types/order.*', { severity: 'success', quiet: true }).expect(201);
  });
  afterAll(() => service.close());

  it('of a customer without events has neither attention nor types, and the plan as one plain line', async () => {
    await service.patch('/customers/empty', { email: 'e@example.com', name: 'E', metadata: { plan: [] } }).expect(201);
    const { customer, attention, ...timeline } = await headOf({ customerExternalId: 'empty' });
    expect(customer).toEqual({ externalId: 'empty', name: 'E', email: 'e@example.com', plan: null });
    expect({ attention, ...timeline }).toMatchObject({
      ...{ attention: [], types: [], countedEvents: null, firstOccurredAt: null },
    });
    expect((await headOf({})).customer.plan).toBe('Pro\ufffd 5 seats');
  });

  describe('with warnings and errors before and after the ticket', () => {
    let latestPayment: string;
    let lastInstant: string;

    beforeAll(async () => {
      await send('order.placed', '2026-01-05T08:00:00Z');
      await send('refund.rejected', '2026-04-11T09:59:59.999999Z');
      await send('refund.refused', '2026-04-11T10:00:00Z');
      await send('payment.failed', '2026-04-16T08:00:00Z');
      latestPayment = await send('payment.failed', '2026-04-18T08:00:00.123456Z');
      await send('card.expired', '2026-04-17T08:00:00Z');
      await send('login.failed', '2026-04-18T09:00:00Z');
      lastInstant = await send('invoice.error', TICKET);
      await send('payment.failed', '2026-04-18T10:00:00.000001Z');
      await send('page.view', '2026-04-19T10:00:00Z');
    });

    it('names three types of the week before the ticket, the latest first, and none that is hidden', async () => {
      const { attention, session } = await headOf({ at: TICKET });
      expect(session.at).toBe(TICKET);
      expect(attention).toEqual([
        {
          type: 'invoice.error',
          title: 'Invoice error',
          severity: 'warning',
          count: 1,
          eventId: lastInstant,
          last: TICKET,
        },
        {
          ...{ type: 'payment.failed', title: 'Payment failed', severity: 'warning', count: 2 },
          ...{ eventId: latestPayment, last: '2026-04-18T08:00:00.123456Z' },
        },
        {
          ...{ type: 'card.expired', title: 'Card gone', severity: 'error', count: 1 },
          ...{ eventId: idsOfSent[5], last: '2026-04-17T08:00:00Z' },
        },
      ]);
    });

    it('looks back as far as the context of a ticket does, and finds the same', async () => {
      for (const at of [TICKET, '2026-04-11T10:00:00Z', '2026-04-17T23:00:00Z', '2026-04-25T10:00:00.000001Z']) {
        const { attention } = await headOf({ at });
        const context = await service.get(`/customers/user_42/context?at=${at}`, { Accept: 'application/json' });
        const { attention: inContext } = (context.body as { data: { attention: (typeof attention)[number][] } }).data;
        expect(attention.map(({ type, title, count, last }) => ({ type, title, count, last }))).toEqual(
          inContext.slice(0, 3).map(({ type, title, count, last }) => ({ type, title, count, last })),
        );
        expect(attention.length).toBeGreaterThan(0);
      }
    });

    it('counts up to now where there is no ticket', async () => {
      const recent = await send('delivery.failed', new Date(Date.now() - 60_000).toISOString());
      await send('upload.failed', new Date(Date.now() + 3_600_000).toISOString());
      const { attention, session } = await headOf({});
      expect(session.at).toBeNull();
      expect(attention.map(({ type, eventId }) => ({ type, eventId }))).toEqual([
        { type: 'delivery.failed', eventId: recent },
      ]);
    });

    it('tells only of types that the session may see', async () => {
      const { attention, types, firstOccurredAt } = await headOf({ at: TICKET, types: ['payment.*', 'page.view'] });
      expect(attention.map(({ type }) => type)).toEqual(['payment.failed']);
      expect(types.map(({ type }) => type)).toEqual(['page.view', 'payment.failed']);
      expect(firstOccurredAt).toBe('2026-04-16T08:00:00Z');
      expect((await headOf({ at: TICKET, types: ['order.*'] })).attention).toEqual([]);
    });

    it('says of each type how it is displayed, how often it was, and when', async () => {
      const { types, firstOccurredAt } = await headOf({ at: TICKET });
      expect(firstOccurredAt).toBe('2026-01-05T08:00:00Z');
      expect(types.find(({ type }) => type === 'card.expired')).toEqual({
        ...{
          type: 'card.expired',
          title: 'Card gone',
          severity: 'error',
          icon: 'credit-card',
          quiet: false,
          hidden: false,
        },
        ...{ count: 1, firstOccurredAt: '2026-04-17T08:00:00Z', lastOccurredAt: '2026-04-17T08:00:00Z' },
      });
      expect(types.find(({ type }) => type === 'order.placed')).toMatchObject({
        ...{ title: 'Order placed', severity: 'success', icon: null, quiet: true, hidden: false },
      });
      expect(types.find(({ type }) => type === 'payment.failed')).toMatchObject({ count: 3, severity: 'warning' });
      expect(types.find(({ type }) => type === 'login.failed')).toMatchObject({ hidden: true });
    });
  });

  it('has no attention for a ticket at the beginning or the end of time', async () => {
    for (const at of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999Z'])
      expect((await headOf({ at })).attention).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiDocument } from '../../src/app/api-document.ts';
import type { components, operations } from '../../client/src/service-api.ts';
import { until } from '../support/child.ts';
import { OpenApiSchemas } from '../support/open-api-schemas.ts';
import { hasPython, lostInPython } from '../support/python-classes.ts';
import { originOf, startTestService, type TestService } from '../support/test-service.ts';
import { TypedApi } from '../support/typed-api.ts';

const AT = '2026-04-18T10:00:00Z';
const CUSTOMER = { externalId: 'typed_1' };
const AS_NDJSON = { Accept: 'application/x-ndjson' };

/** What is sent and expected here is checked by TypeScript against the types that a client has. */
describe('every operation of the OpenAPI document, called by the types that are made from it', () => {
  let service: TestService;
  let schemas: OpenApiSchemas;
  let api: TypedApi;
  let eventId: string;

  beforeAll(async () => {
    service = await startTestService({ RATE_LIMITS: '1000/1', READ_LIMITS: '1000/1' });
    schemas = new OpenApiSchemas(apiDocument(service.app));
    api = new TypedApi(originOf(service), schemas, { apiKey: { 'X-API-Key': service.key } });
  });
  afterAll(() => service.close());

  it('tells whose key it is, whether the service is up, and how it does', async () => {
    expect((await api.call('whoami', 200, {})).data.slug).toBe('acme');
    expect((await api.call('getLiveness', 200, {})).data.status).toBe('ok');
    expect((await api.call('getReadiness', 200, {})).data.status).toBe('ok');
    expect(await api.call('getMetrics', 200, {})).toContain('# HELP');
  });

  it('creates, changes, reads and finds customers', async () => {
    const body = { email: 'typed@example.com', name: 'Typed', metadata: { plan: 'pro' } };
    const created = await api.call('upsertCustomer', 201, { path: CUSTOMER, body });
    const changed = await api.call('upsertCustomer', 200, { path: CUSTOMER, body: { phone: null } });
    expect(changed.data.id).toBe(created.data.id);
    expect((await api.call('getCustomer', 200, { path: CUSTOMER })).data).toEqual(changed.data);
    const found = await api.call('findCustomers', 200, { query: { email: 'typed@example.com' } });
    expect(found.data.customers).toEqual([changed.data]);
    const page = await api.call('findCustomers', 200, { query: { externalIdPrefix: 'typed', limit: 1 } });
    expect(page.data.nextCursor).toBeNull();
  });

  it('records an event, and the same once more as a replay', async () => {
    const body: components['schemas']['CustomerEventRequest'] = {
      ...{ customerExternalId: CUSTOMER.externalId, type: 'order.placed', occurredAt: AT, eventId: 'typed-1' },
      payload: { orderId: '1042', total: 99.9 },
    };
    const created = await api.call('recordEvent', 201, { body });
    eventId = created.data.id;
    expect((await api.call('recordEvent', 200, { body })).data).toEqual(created.data);
    const conflict = await api.call('recordEvent', 409, { body: { ...body, type: 'order.shipped' } });
    expect(conflict.code).toBe('EVENT_ID_CONFLICT');
    const plain = { customerExternalId: CUSTOMER.externalId, type: 'order.shipped' };
    await api.call('recordEvent', 201, { body: plain, header: { 'Idempotency-Key': 'typed-2' } });
  });

  it('records a batch, whose results are told apart by their status', async () => {
    const own = { customerExternalId: CUSTOMER.externalId, occurredAt: AT };
    const events = [
      { ...own, type: 'page.viewed', eventId: 'typed-3' },
      { ...own, type: 'order.placed', eventId: 'typed-1', payload: { orderId: '1042', total: 99.9 } },
      { ...own, type: 'page.viewed', customerExternalId: 'nobody' },
    ];
    const mixed = await api.call('recordEvents', 207, { body: { events } });
    const told = mixed.data.results.map((result) =>
      result.status === 'rejected' ? [result.index, result.code] : [result.index, result.status, result.event.type],
    );
    expect(told).toEqual([
      [0, 'created', 'page.viewed'],
      [1, 'replayed', 'order.placed'],
      [2, 'CUSTOMER_NOT_FOUND'],
    ]);
    const more = [4, 5, 6].map((n) => ({ ...own, type: 'payment.failed', eventId: `typed-${n}` }));
    expect((await api.call('recordEvents', 201, { body: { events: more } })).data.rejected).toBe(0);
  });

  it('imports lines, with the number of each that is rejected', async () => {
    const line = JSON.stringify({ customerExternalId: CUSTOMER.externalId, type: 'page.viewed', occurredAt: AT });
    const { data } = await api.call('importEvents', 200, { body: `${line}\n{"typ":"x"}\n` });
    expect({ ...data, errors: data.errors.map(({ line, code }) => [line, code]) }).toEqual({
      ...{ lines: 2, created: 1, replayed: 0, rejected: 1 },
      errors: [[2, 'VALIDATION_ERROR']],
    });
  });

  it('reads the timeline: pages, one event, counts, an export, entries and a context', async () => {
    const first = await api.call('listEvents', 200, {
      path: CUSTOMER,
      query: { type: ['order.*', 'page.viewed'], limit: 1, order: 'asc', display: 'true' },
    });
    expect(first.data.events.map(({ display }) => display?.severity)).toEqual(['info']);
    expect(first.data.nextCursor).toEqual(expect.any(String));
    const event = await api.call('getEvent', 200, { path: { ...CUSTOMER, id: eventId }, query: { display: 'true' } });
    expect(event.data.payload).toEqual({ orderId: '1042', total: 99.9 });
    const summary = await api.call('getEventSummary', 200, { path: CUSTOMER, query: { from: '2026-01-01' } });
    expect(summary.data.types.map(({ type }) => type)).toContain('payment.failed');
    const exported = await api.call('exportEvents', 200, { path: CUSTOMER, query: { display: 'true' } });
    expect(exported.trimEnd().split('\n')).toHaveLength(summary.data.total);
    const at = { at: '2026-04-18T12:00:00Z', display: 'true' } as const;
    const context = await api.call('getTicketContext', 200, { path: CUSTOMER, query: at });
    expect(context.data.attention?.[0]?.type).toBe('payment.failed');
    const note = await api.call('getTicketContext', 200, { path: CUSTOMER }, { Accept: 'text/markdown' });
    expect(note).toEqual(expect.any(String));
  });

  it('leaves out what there is no room for in a context', async () => {
    const wordy = { customerExternalId: CUSTOMER.externalId, type: 'note.added', occurredAt: '2026-04-18T09:00:00Z' };
    const events = [...Array(30).keys()].map((n) => ({ ...wordy, payload: { text: 'x'.repeat(600 + n * 500) } }));
    await api.call('recordEvents', 201, { body: { events } });
    const query = { at: '2026-04-18T09:30:00Z', limit: 40 };
    const { data } = await api.call('getTicketContext', 200, { path: CUSTOMER, query });
    expect(data.truncated).toBe(true);
    expect(data.events.some((one) => 'payloadLeftOut' in one)).toBe(true);
  });

  it('reads entries, each told from the others by its kind', async () => {
    await api.call('putDisplayRule', 201, { path: { type: 'page.viewed' }, body: { quiet: true } });
    const views = [1, 2, 3].map((n) => ({
      ...{ customerExternalId: CUSTOMER.externalId, type: 'page.viewed', occurredAt: `2026-04-17T10:00:0${n}Z` },
    }));
    await api.call('recordEvents', 201, { body: { events: views } });
    const { data } = await api.call('listTimelineEntries', 200, { path: CUSTOMER, query: { limit: 100 } });
    const kinds = data.entries.map((entry) => (entry.kind === 'event' ? `event ${entry.type}` : entry.kind));
    expect(kinds).toEqual(expect.arrayContaining(['run', 'quiet', 'event order.placed']));
    const etag = await etagOf(`/api/v1/customers/${CUSTOMER.externalId}/timeline`);
    await api.call('listTimelineEntries', 304, { path: CUSTOMER, header: { 'If-None-Match': etag } });
  });

  it('keeps rules for the display of event types', async () => {
    const path = { type: 'order.placed' };
    const rule = { title: 'Order {payload.orderId}', severity: 'success', icon: 'package' } as const;
    await api.call('putDisplayRule', 201, { path, body: rule, header: { 'If-None-Match': '*' } });
    await api.call('putDisplayRule', 200, { path, body: { ...rule, severity: null } });
    expect((await api.call('getDisplayRule', 200, { path })).data.pattern).toBe('order.placed');
    const event = { customerExternalId: CUSTOMER.externalId, id: eventId };
    const preview = await api.call('previewDisplay', 200, { body: { rule, event } });
    expect(preview.data.title).toBe('Order 1042');
    await until(async () => (await api.call('listEventTypes', 200, {})).data.types.length > 2);
    const stale = await api.call('replaceDisplayRules', 412, { body: { rules: [] }, header: { 'If-Match': '"x"' } });
    expect(stale.code).toBe('PRECONDITION_FAILED');
    const rules = [{ pattern: 'order.*', rule: { ...rule, fields: [{ label: 'Total', path: 'payload.total' }] } }];
    const replaced = await api.call('replaceDisplayRules', 200, { body: { rules } });
    expect(replaced.data.added).toEqual(['order.*']);
    await api.call('deleteDisplayRule', 200, { path: { type: 'order.*' } });
  });

  it('opens one customer to a page by a session, until that is ended', async () => {
    const viewer = { id: 'agent_7', name: null };
    const body = { customerExternalId: CUSTOMER.externalId, at: AT, viewer, timeZone: 'Europe/Berlin' };
    const session = await api.call('createEmbedSession', 201, { body });
    api.credentials.embedSession = { Authorization: `Bearer ${session.data.token}` };
    const head = await api.call('getEmbedHead', 200, {});
    expect(head.data.session.viewer).toEqual(viewer);
    expect((await api.call('listEmbedEntries', 200, { query: { quiet: 'show' } })).data.entries).not.toEqual([]);
    const days = await api.call('listEmbedDays', 200, { query: { from: '2026-04-01', to: '2026-05-01' } });
    expect(days.data.days.map(({ day }) => day)).toContain('2026-04-18');
    const event = await api.call('getEmbedEvent', 200, { path: { id: eventId } });
    expect(event.data.payloadText).toBe('{"orderId":"1042","total":99.9}');
    await api.call('renewEmbedSession', 200, {});
    await api.call('endEmbedSession', 200, { path: { id: session.data.id } });
    expect((await api.call('getEmbedHead', 401, {})).code).toBe('EMBED_SESSION_INVALID');
  });

  it('erases one event, and a customer with all events', async () => {
    const path = { ...CUSTOMER, id: eventId };
    expect((await api.call('eraseEvent', 200, { path })).data.deletedEvents).toBe(1);
    expect((await api.call('getEvent', 404, { path })).code).toBe('NOT_FOUND');
    expect((await api.call('eraseCustomer', 200, { path: CUSTOMER })).data.deletedEvents).toBeGreaterThan(30);
  });

  it('tells who did what, on pages and as lines', async () => {
    const query = { action: ['customer.erased', 'event.erased'], limit: 10 } as const;
    const audit: operations['listAuditEntries']['parameters'] = { query: { ...query, action: [...query.action] } };
    const entries = (await api.call('listAuditEntries', 200, audit)).data.entries;
    expect(entries.map(({ action }) => action).sort()).toEqual([...query.action].sort());
    await api.call('listAuditEntries', 200, {}, AS_NDJSON);
  });

  it('leaves none out', () => {
    expect([...api.called].sort()).toEqual([...schemas.operations.keys()].sort());
  });

  (hasPython ? it : it.skip)('is read by Python classes that quicktype makes of the document', async () => {
    expect(await lostInPython(apiDocument(service.app), api.bodies)).toBe('');
    const [schema, body] = api.bodies[0] as [string, object];
    expect(await lostInPython(apiDocument(service.app), [[schema, { ...body, success: 'no' }]])).toMatch(/^refused/);
  });

  it('is open without a key where the document says so, and nowhere else', async () => {
    for (const { operationId, method, path, security } of schemas.operations.values()) {
      const url = path.replace(/\{\w+\}/g, 'x');
      const { status } = await fetch(originOf(service) + url, { method: method.toUpperCase() });
      expect([operationId, status]).toEqual([operationId, security?.length === 0 ? 200 : 401]);
    }
  });

  async function etagOf(path: string): Promise<string> {
    const response = await service.get(path.slice('/api/v1'.length)).expect(200);
    return response.headers.etag as string;
  }
});

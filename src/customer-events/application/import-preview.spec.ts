import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { RecordedTypes } from '../../../test/fakes/recorded-types.ts';
import { InMemoryCustomerEventStore } from '../../../test/fakes/in-memory-customer-event-store.ts';
import { InMemoryCustomers, InMemoryCustomerStore } from '../../../test/fakes/in-memory-customers.ts';
import { aCustomer, APP, instant, receivingApp } from '../../../test/support/builders.ts';
import { SettableClock } from '../../../test/support/clock.ts';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import type { EventDraft } from '../domain/customer-event.ts';
import { CustomerEvents } from './customer-events.ts';
import { ImportPreview } from './import-preview.ts';
import type { LineResult } from './import-tally.ts';

const ACME = receivingApp();

const draft = (eventId: string, fields: Partial<EventDraft> = {}): EventDraft => ({
  customerExternalId: 'user_1',
  type: 'a',
  payload: new JsonText('{"a":1,"b":2}'),
  occurredAt: undefined,
  eventId,
  ...fields,
});
const shown = (results: readonly LineResult[]): string[] =>
  results.map((result) => (result instanceof DomainError ? result.code : result.replayed ? 'replayed' : 'created'));

describe('ImportPreview', () => {
  let events: CustomerEvents;
  let preview: ImportPreview;
  const of = async (...drafts: EventDraft[]): Promise<string[]> => shown(await preview.of(events, ACME, drafts));

  beforeEach(async () => {
    const inMemory = new InMemoryCustomers();
    const customer = aCustomer('user_1');
    await new InMemoryCustomerStore(inMemory).put(APP, customer.id, () => customer);
    events = new CustomerEvents(new InMemoryCustomerEventStore(inMemory), new SettableClock(), new RecordedTypes());
    preview = new ImportPreview(() => false);
  });

  it('knows what earlier lines would have stored', async () => {
    expect(await of(draft('e-1'), draft('e-1'), draft('e-1', { type: 'b' }))).toEqual([
      'created',
      'replayed',
      'EVENT_ID_CONFLICT',
    ]);
    expect(await of(draft('e-1', { payload: new JsonText('{ "b":2, "a":1 }') }))).toEqual(['replayed']);
    expect(await of(draft('e-1', { payload: new JsonText('{"a":1.0,"b":2}') }))).toEqual(['EVENT_ID_CONFLICT']);
    expect(await of(draft('e-2'))).toEqual(['created']);
  });

  it('compares a line of the same chunk with what came before the chunk', async () => {
    await of(draft('e-1', { type: 'b' }));
    expect(await of(draft('e-1'), draft('e-1', { type: 'b' }), draft('e-1'))).toEqual([
      'EVENT_ID_CONFLICT',
      'replayed',
      'EVENT_ID_CONFLICT',
    ]);
  });

  it('names the fields that differ', async () => {
    await of(draft('e-1'));
    const [result] = await preview.of(events, ACME, [draft('e-1', { type: 'b', payload: new JsonText('{}') })]);
    expect(result).toMatchObject({
      code: 'EVENT_ID_CONFLICT',
      details: { type: expect.any(Array), payload: expect.any(Array) },
    });
  });

  it('remembers nothing of what is not stored', async () => {
    const unknown = draft('e-1', { customerExternalId: 'nobody' });
    expect(await of(unknown, unknown)).toEqual(['CUSTOMER_NOT_FOUND', 'CUSTOMER_NOT_FOUND']);
    expect(await of(unknown)).toEqual(['CUSTOMER_NOT_FOUND']);
  });

  it('foretells that a line is past its retention also where an earlier line has its eventId', async () => {
    const app = receivingApp('page.*=P1D');
    const lines = [draft('e-1'), draft('e-1', { type: 'page.view', occurredAt: instant('2020-01-01') })];
    expect(shown(await preview.of(events, app, lines))).toEqual(['created', 'VALIDATION_ERROR']);
  });

  it('takes customers for existing where it is told to', async () => {
    preview = new ImportPreview(() => true);
    const unknown = draft('e-1', { customerExternalId: 'nobody' });
    expect(await of(unknown)).toEqual(['created']);
    expect(await of(unknown)).toEqual(['replayed']);
  });

  it('says where there was more than it remembers', async () => {
    preview = new ImportPreview(() => false, 2);
    expect(await of(draft('e-1'), draft('e-2'))).toEqual(['created', 'created']);
    expect(preview.isExact).toBe(true);
    expect(await of(draft('e-3'))).toEqual(['created']);
    expect(await of(draft('e-1'), draft('e-3'))).toEqual(['replayed', 'created']);
    expect(preview.isExact).toBe(false);
  });
});

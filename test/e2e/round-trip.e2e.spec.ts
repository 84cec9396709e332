import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RETRY_COMPARISON } from '../../src/customer-events/domain/customer-event.ts';
import { CustomerEventRequest } from '../../src/customer-events/input/customer-event.request.ts';
import { CustomerRequest } from '../../src/customer-events/input/customer.request.ts';
import { CUSTOMER_COLUMNS } from '../../src/customer-events/persistence/customer-columns.ts';
import { CUSTOMER_EVENT_COLUMNS } from '../../src/customer-events/persistence/customer-event-columns.ts';
import { apiDocument } from '../../src/app/api-document.ts';
import { knownFields } from '../../src/platform/input/field-reader.ts';
import { Workplace } from '../support/service-process.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

/** The command is a process of its own. */
jest.setTimeout(60_000);

/** A value of each field that is none of its defaults, and another one: without them, this does not compile. */
interface Sample {
  readonly value: unknown;
  readonly other: unknown;
}
type SamplesOf<T> = { readonly [Field in keyof Required<T>]: Sample };
type Json = Readonly<Record<string, unknown>>;

const EVENT_SAMPLES: SamplesOf<CustomerEventRequest> = {
  customerExternalId: { value: 'user_42', other: 'user_43' },
  type: { value: 'order.placed', other: 'order.paid' },
  payload: { value: { orderId: '1042', total: 99.5 }, other: { orderId: '1043' } },
  occurredAt: { value: '2024-04-18T10:00:00.000001Z', other: '2024-04-18T10:00:00.000002Z' },
  eventId: { value: 'order-1042', other: 'order-1043' },
};

const CUSTOMER_SAMPLES: SamplesOf<CustomerRequest> = {
  email: { value: 'ada@example.com', other: 'countess@example.com' },
  name: { value: 'Ada', other: 'Countess' },
  phone: { value: '+44 1', other: '+44 2' },
  avatarUrl: { value: 'https://example.com/a.png', other: 'https://example.com/b.png' },
  metadata: { value: { plan: 'pro' }, other: { plan: 'free' } },
};

/** What the service adds to what was sent. */
const ADDED_TO_EVENT = ['id', 'customerId', 'createdAt'];
const ADDED_TO_CUSTOMER = ['id', 'externalId', 'createdAt', 'updatedAt'];

const valuesOf = (samples: Readonly<Record<string, Sample>>): Json =>
  Object.fromEntries(Object.entries(samples).map(([field, { value }]) => [field, value]));

const sorted = (names: Iterable<string>): string[] => [...names].sort();

/** The customer of each test is another one: an `eventId` and an e-mail address are taken once. */
let customers = 0;
const newExternalId = (): string => `round_trip_${++customers}`;

const csvOf = (record: Json): string => {
  const cells = Object.values(record).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return [Object.keys(record), cells.map((cell) => `"${cell.replaceAll('"', '""')}"`)].join('\n');
};

describe('round trip of every field', () => {
  let service: TestService;
  let workplace: Workplace;

  const dataOf = ({ body }: { body: { data: never } }): never => body.data;

  const runImport = async (...args: string[]): Promise<unknown> => {
    const settings = { DATABASE_URL: service.database.url };
    const outcome = await workplace.command(['import', ...args, '--app', 'acme', '--json'], settings);
    expect(outcome).toMatchObject({ code: 0 });
    return JSON.parse(outcome.stdout);
  };
  const file = (name: string, content: string): string => {
    writeFileSync(join(workplace.folder, name), content);
    return name;
  };

  const documentedFields = (schema: string): string[] => {
    const { schemas } = apiDocument(service.app).components as { schemas: Record<string, { properties: object }> };
    return sorted(Object.keys(schemas[schema]?.properties ?? {}));
  };

  beforeAll(async () => {
    service = await startTestService();
    workplace = new Workplace();
  });
  afterAll(async () => {
    await workplace.close();
    await service.close();
  });

  describe('of an event', () => {
    /** An event of a customer of its own, with every field. */
    const sentEvent = async (): Promise<Json> => {
      const customerExternalId = newExternalId();
      await service.patch(`/customers/${customerExternalId}`, { email: `${customerExternalId}@x.co`, name: 'x' });
      return { ...valuesOf(EVENT_SAMPLES), customerExternalId };
    };
    const ndjson = { 'Content-Type': 'application/x-ndjson' };
    const importOverHttp = (event: Json) =>
      service.post('/customer-events/import', `${JSON.stringify(event)}\n`, ndjson).expect(200);

    const waysIn: Readonly<Record<string, (event: Json) => Promise<unknown>>> = {
      'a single POST': (event) => service.post('/customer-events', event).expect(201),
      'a batch': (event) => service.post('/customer-events/batch', { events: [event] }).expect(201),
      'an import over HTTP': importOverHttp,
      'an NDJSON file': (event) => runImport(file('event.ndjson', `${JSON.stringify(event)}\n`)),
      'a CSV file': (event) => runImport(file('event.csv', csvOf(event))),
    };

    const eventsUrl = ({ customerExternalId }: Json): string => `/customers/${customerExternalId as string}/events`;
    const onPage = async (event: Json): Promise<Json> =>
      (dataOf(await service.get(eventsUrl(event)).expect(200)) as { events: Json[] }).events[0] as Json;

    /** Each gives the stored event as a client gets to see it. */
    const waysOut: Readonly<Record<string, (event: Json) => Promise<Json>>> = {
      'a page': onPage,
      'the event alone': async (event) =>
        dataOf(await service.get(`${eventsUrl(event)}/${(await onPage(event)).id as string}`).expect(200)),
      'the export': async (event) =>
        JSON.parse((await service.get(`${eventsUrl(event)}/export`).expect(200)).text) as Json,
      'the context of a ticket': async (event) => {
        const url = `/customers/${event.customerExternalId as string}/context?at=2024-04-19`;
        return (dataOf(await service.get(url).expect(200)) as { events: Json[] }).events[0] as Json;
      },
      'the response to a single retry': async (event) =>
        dataOf(await service.post('/customer-events', event).expect(200)),
      'the response to a retried batch': async (event) => {
        const response = await service.post('/customer-events/batch', { events: [event] }).expect(201);
        return (dataOf(response) as { results: { event: Json }[] }).results[0]?.event as Json;
      },
    };

    const expectWhole = ({ customerExternalId, ...fields }: Json, seen: Json): void => {
      expect(customerExternalId).toEqual(expect.any(String));
      expect(seen).toMatchObject(fields);
      expect(sorted(Object.keys(seen))).toEqual(sorted([...Object.keys(fields), ...ADDED_TO_EVENT]));
    };

    it('has a sample, a check and a description for each field that can be sent', () => {
      const fields = sorted(Object.keys(EVENT_SAMPLES));
      expect(sorted(knownFields(CustomerEventRequest))).toEqual(fields);
      expect(documentedFields('CustomerEventRequest')).toEqual(fields);
    });

    it('describes each field that is stored in the response', () => {
      expect(documentedFields('CustomerEvent')).toEqual(sorted(Object.keys(CUSTOMER_EVENT_COLUMNS)));
    });

    describe.each(Object.entries(waysIn))('sent with %s', (_, send) => {
      it('reaches every response', async () => {
        const event = await sentEvent();
        await send(event);
        const first = await onPage(event);
        expectWhole(event, first);
        for (const [way, read] of Object.entries(waysOut)) {
          expect({ way, event: await read(event) }).toEqual({ way, event: first });
        }
        expect(dataOf(await service.get(`${eventsUrl(event)}/summary`).expect(200))).toMatchObject({
          total: 1,
          types: [{ type: event.type, count: 1, firstOccurredAt: event.occurredAt, lastOccurredAt: event.occurredAt }],
        });
      });
    });

    it('is in the response that creates it', async () => {
      const [single, inBatch] = [await sentEvent(), await sentEvent()];
      expectWhole(single, dataOf(await service.post('/customer-events', single).expect(201)));
      const batch = await service.post('/customer-events/batch', { events: [inBatch] }).expect(201);
      expectWhole(inBatch, (dataOf(batch) as { results: { event: Json }[] }).results[0]?.event as Json);
    });

    it.each(Object.entries(EVENT_SAMPLES))(
      'a retry with another %s is another event or a conflict',
      async (field, sample) => {
        const event = await sentEvent();
        await service.post('/customer-events', event).expect(201);
        await service.patch('/customers/user_43', { email: 'user_43@x.co', name: 'x' });
        const response = await service.post('/customer-events', { ...event, [field]: sample.other });
        if (RETRY_COMPARISON[field as keyof typeof RETRY_COMPARISON] === 'identifies') {
          expect(response.status).toBe(201);
        } else {
          expect(response.body).toMatchObject({ code: 'EVENT_ID_CONFLICT' });
          expect(Object.keys((response.body as { details: object }).details)).toEqual([field]);
        }
      },
    );
  });

  describe('of a customer', () => {
    const samplesFor = (externalId: string): Json => ({
      ...valuesOf(CUSTOMER_SAMPLES),
      email: `${externalId}@example.com`,
    });
    const put = (externalId: string, fields: Json) => service.patch(`/customers/${externalId}`, fields);
    const read = async (externalId: string): Promise<Json> =>
      dataOf(await service.get(`/customers/${externalId}`).expect(200));

    const expectWhole = (fields: Json, seen: Json): void => {
      expect(seen).toMatchObject(fields);
      expect(sorted(Object.keys(seen))).toEqual(sorted([...Object.keys(fields), ...ADDED_TO_CUSTOMER]));
    };

    it('has a sample, a check and a description for each field that can be sent', () => {
      const fields = sorted(Object.keys(CUSTOMER_SAMPLES));
      expect(sorted(knownFields(CustomerRequest))).toEqual(fields);
      expect(documentedFields('CustomerRequest')).toEqual(fields);
    });

    it('describes each field that is stored in the response', () => {
      expect(documentedFields('Customer')).toEqual(sorted(Object.keys(CUSTOMER_COLUMNS)));
    });

    it('created with a PATCH is in its response and is read back', async () => {
      const externalId = newExternalId();
      const fields = samplesFor(externalId);
      expectWhole(fields, dataOf(await put(externalId, fields).expect(201)));
      expectWhole(fields, await read(externalId));
    });

    it.each(Object.entries(CUSTOMER_SAMPLES))('changes %s and nothing else', async (field, sample) => {
      const externalId = newExternalId();
      const fields = samplesFor(externalId);
      await put(externalId, fields).expect(201);
      const changed = { ...fields, [field]: sample.other };
      expectWhole(changed, dataOf(await put(externalId, { [field]: sample.other }).expect(200)));
      expectWhole(changed, await read(externalId));
    });

    it('created with the CSV of the command is read back', async () => {
      const externalId = newExternalId();
      const fields = samplesFor(externalId);
      const customersFile = file('customers.csv', csvOf({ externalId, ...fields }));
      await runImport(file('none.ndjson', ''), '--create-customers', customersFile);
      expectWhole(fields, await read(externalId));
    });
  });
});

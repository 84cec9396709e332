import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { oneLine } from '../../libs/ndjson/one-line.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { webhookPayloads } from './helpers/webhook-payloads.ts';

/** [what it is, JSON text] */
type Sample = readonly [string, string];

/** Event objects as their makers publish them: no part of this repository, but they may lie beside it. */
const SAMPLES = resolve(import.meta.dirname, '../../../shared/samples');

function samplesBeside(folder: string): Sample[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  return files.sort().flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const { resources } = JSON.parse(text) as { resources?: Record<string, object> };
    const parts = Object.entries(resources ?? {}).map(([name, resource]): Sample => [
      `${file}: ${name}`,
      JSON.stringify({ data: { object: resource } }, null, 2),
    ]);
    return [[file, text], ...parts];
  });
}

/** White space between the parts of a JSON text is all that may be lost. */
const compact = (json: string): string => json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');

const SOURCES: readonly (readonly [string, readonly Sample[]])[] = [
  ['written for this test', webhookPayloads()],
  ...(existsSync(SAMPLES) ? [['of the samples beside the checkout', samplesBeside(SAMPLES)] as const] : []),
];

/** All comparisons are of texts: a JavaScript value could not tell 99.90 from 99.9. */
describe.each(SOURCES)('webhook payloads %s', (_, samples) => {
  let service: TestService;
  const expected = new Map(samples.map(([name, text]) => [name, compact(text)]));

  const eventText = (externalId: string, n: number, payload: string): string =>
    `{"customerExternalId":"${externalId}","type":"webhook.received","payload":${payload},"occurredAt":"2024-04-18T10:00:00.${String(n).padStart(6, '0')}Z"}`;
  const all = (externalId: string): string[] => samples.map(([, text], n) => eventText(externalId, n, text));
  const customer = async (externalId: string): Promise<string> => {
    await service
      .patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name: externalId })
      .expect(201);
    return externalId;
  };
  const payloadIn = (event: string): string =>
    event.slice(event.indexOf('"payload":') + '"payload":'.length, event.lastIndexOf(',"occurredAt":'));

  /** All pages of the timeline, as texts, and the ids in them. */
  async function listed(externalId: string): Promise<{ text: string; ids: string[] }> {
    let text = '';
    const ids: string[] = [];
    for (let cursor = ''; ;) {
      const page = await service.get(`/customers/${externalId}/events?order=asc&limit=100${cursor}`).expect(200);
      const { events, nextCursor } = (page.body as { data: { events: { id: string }[]; nextCursor: string | null } })
        .data;
      text += page.text;
      ids.push(...events.map(({ id }) => id));
      if (nextCursor === null) return { text, ids };
      cursor = `&cursor=${nextCursor}`;
    }
  }

  /** In a list, read singly, and exported, each payload is what was sent; an export escapes the line ends of Unicode. */
  async function expectAllRead(externalId: string, sent = (payload: string): string => payload): Promise<void> {
    const exported = (await service.get(`/customers/${externalId}/events/export`).expect(200)).text
      .split('\n')
      .filter(Boolean);
    expect(exported).toHaveLength(samples.length);
    const { text, ids } = await listed(externalId);
    for (const [n, [name]] of samples.entries()) {
      const payload = sent(expected.get(name) as string);
      const single = await service.get(`/customers/${externalId}/events/${ids[n]}`).expect(200);
      expect([name, payloadIn(exported[n] ?? '')]).toEqual([name, oneLine(payload)]);
      expect([name, payloadIn(single.text)]).toEqual([name, payload]);
      expect([name, text.includes(`"payload":${payload},"occurredAt":`)]).toEqual([name, true]);
    }
  }

  beforeAll(async () => {
    service = await startTestService({ MAX_PAYLOAD_BYTES: '262144' });
  });
  afterAll(() => service.close());

  it('are objects, each with a name of its own', () => {
    expect(samples.length).toBeGreaterThan(0);
    expect(expected.size).toBe(samples.length);
    for (const payload of expected.values()) expect(payload).toMatch(/^\{"[^]*\}$/);
  });

  it('sent one by one are read value for value', async () => {
    const externalId = await customer('single');
    for (const event of all(externalId)) await service.post('/customer-events', event).expect(201);
    await expectAllRead(externalId);
  });

  it('sent as a batch are read value for value', async () => {
    const externalId = await customer('batch');
    await service.post('/customer-events/batch', `{"events":[${all(externalId).join(',')}]}`).expect(201);
    await expectAllRead(externalId);
  });

  it('imported are read value for value', async () => {
    const externalId = await customer('import');
    // A line must be one: of the white space in a text, line ends can only stand between its parts.
    const lines = all(externalId).map((event) => event.replace(/\r?\n/g, ' '));
    const response = await service
      .post('/customer-events/import', lines.join('\n'), { 'Content-Type': 'application/x-ndjson' })
      .expect(200);
    expect(response.body.data).toMatchObject({ created: samples.length, rejected: 0, errors: [] });
    await expectAllRead(externalId);
  });

  it('exported can be imported again for another customer, with the same values', async () => {
    const [from, to] = [await customer('from'), await customer('to')];
    await service
      .post('/customer-events/import', all(from).map(compact).join('\n'), { 'Content-Type': 'application/x-ndjson' })
      .expect(200);
    const exported = (await service.get(`/customers/${from}/events/export`).expect(200)).text
      .split('\n')
      .filter(Boolean);
    const lines = exported.map((event, n) => eventText(to, n, payloadIn(event)));
    await service
      .post('/customer-events/import', lines.join('\n'), { 'Content-Type': 'application/x-ndjson' })
      .expect(200);
    await expectAllRead(to, oneLine);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntriesPageResponse } from '../../src/customer-events/http/entries.response.ts';
import type { EntriesPage, Entry } from '../../src/embed/page/api/types.ts';
import type { RulesByType } from '../fakes/rules-by-type.ts';
import { withRulesByType } from '../support/display-rules.ts';
import { createSession, embedApi } from '../support/embed-session.ts';
import { randomWholeNumbers } from '../support/random.ts';
import { startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectFailure, expectInvalid, expectSuccess, type FailureBody } from './helpers/answers.ts';

/** It does not compile where the service gives something that the page does not expect. */
const asThePageReadsIt = (page: EntriesPageResponse): EntriesPage => page;

type Page = ReturnType<typeof embedApi>;

describe('the entries of a timeline', () => {
  let service: TestService;
  let rules: RulesByType;
  let customers = 0;

  beforeAll(async () => {
    service = await startTestService({ SESSION_READ_LIMITS: '0' });
    rules = withRulesByType(service);
  });
  beforeEach(() => {
    rules.rules = {
      'page.viewed': { quiet: true },
      'log.in': { quiet: true },
      'job.ran': { hidden: true },
      'order.placed': { title: 'Order {payload} of {customer}', masked: '{"o":"***"}' },
    };
  });
  afterAll(() => service.close());

  /** The oldest first, a minute apart. */
  const customerWith = async (types: string, from = '2026-04-20T10:00:00Z'): Promise<string> => {
    const customerExternalId = `entries-${++customers}`;
    await service
      .patch(`/customers/${customerExternalId}`, { email: `${customerExternalId}@example.com`, name: 'Ada' })
      .expect(201);
    const names = types.split(' ');
    const events = names.map((type, index) => ({
      ...{ customerExternalId, type, payload: { o: index } },
      occurredAt: new Date(Date.parse(from) + index * 60_000).toISOString(),
    }));
    await service.post('/customer-events/batch', { events }).expect(201);
    return customerExternalId;
  };
  const open = async (customerExternalId: string, more: object = {}): Promise<Page> =>
    embedApi(service, (await createSession(service, { customerExternalId, ...more })).token);
  const pageOf = async (page: Page, query = ''): Promise<EntriesPage> => {
    const response = await page.entries(query);
    expectSuccess(response, 200);
    return asThePageReadsIt((response.body as { data: EntriesPageResponse }).data);
  };
  const shown = (entry: Entry): string => {
    if (entry.kind === 'event') return entry.type;
    return `${entry.count} ${entry.kind === 'run' ? entry.type : entry.types.map(({ type }) => type).join('+')}`;
  };
  const shownOf = async (page: Page, query = ''): Promise<string[]> => (await pageOf(page, query)).entries.map(shown);
  const cursorOf = (cursor: string | null): string => encodeURIComponent(cursor ?? 'none');

  it('are the newest first: events with their displays, runs, and quiet events folded together', async () => {
    const customer = await customerWith('order.placed page.viewed log.in page.viewed job.ran a a a order.placed');
    await service.patch(`/customers/${customer}`, { name: 'Zoë' }).expect(200);
    const page = await pageOf(await open(customer));
    expect(page).toEqual({
      entries: [
        {
          ...{ kind: 'event', id: expect.any(String), type: 'order.placed', occurredAt: '2026-04-20T10:08:00Z' },
          createdAt: expect.any(String),
          display: {
            ...{ title: 'Order {"o":8} of Zoë', severity: 'info', icon: null, url: null, fields: [] },
            ...{ quiet: false, hidden: false },
          },
          payloadBytes: 7,
        },
        {
          ...{ kind: 'run', type: 'a', count: 3, first: '2026-04-20T10:05:00Z', last: '2026-04-20T10:07:00Z' },
          display: { title: 'a', severity: 'info', icon: null, url: null, fields: [], quiet: false, hidden: false },
          cursor: expect.any(String),
        },
        {
          ...{ kind: 'quiet', count: 3, first: '2026-04-20T10:01:00Z', last: '2026-04-20T10:03:00Z' },
          types: [
            { type: 'page.viewed', title: 'page.viewed', count: 2 },
            { type: 'log.in', title: 'log.in', count: 1 },
          ],
          cursor: expect.any(String),
        },
        expect.objectContaining({ kind: 'event', type: 'order.placed', occurredAt: '2026-04-20T10:00:00Z' }),
      ],
      older: null,
      newer: null,
      scanned: 9,
      scannedTo: null,
    });
  });

  it('open: a fold gives its events each by itself, page by page, and one that has come between', async () => {
    const customer = await customerWith('b page.viewed log.in page.viewed page.viewed b');
    const page = await open(customer);
    const quiet = (await pageOf(page)).entries[1];
    const cursor = quiet?.kind === 'quiet' ? quiet.cursor : '';
    await service
      .post('/customer-events', { customerExternalId: customer, type: 'late', occurredAt: '2026-04-20T10:02:30Z' })
      .expect(201);
    const first = await pageOf(page, `within=${cursor}&limit=3`);
    expect(first.entries.map(shown)).toEqual(['page.viewed', 'page.viewed', 'late']);
    for (const query of [`within=${cursorOf(first.older)}`, `within=${cursor}&cursor=${cursorOf(first.older)}`]) {
      const second = await pageOf(page, query);
      expect(second.entries.map(shown)).toEqual(['log.in', 'page.viewed']);
      expect(second).toMatchObject({ older: null, newer: null });
    }
  });

  it('leave hidden and quiet events out, unless they are named', async () => {
    const page = await open(await customerWith('a job.ran page.viewed b'));
    expect(await shownOf(page, 'quiet=hide')).toEqual(['b', 'a']);
    expect(await shownOf(page, 'quiet=show')).toEqual(['b', 'page.viewed', 'a']);
    expect(await shownOf(page, 'type=job.*')).toEqual([]);
    expect(await shownOf(page, 'type=job.ran&type=a')).toEqual(['job.ran', 'a']);
    expect(await shownOf(page, 'quiet=hide&type=page.viewed')).toEqual(['page.viewed']);
  });

  it('end at the ticket and at midnight', async () => {
    const customer = await customerWith('a a a a a a');
    const at = '2026-04-20T10:02:00Z';
    expect(await shownOf(await open(customer, { at }))).toEqual(['3 a', '3 a']);
    const night = await open(await customerWith('a a a a a a', '2026-04-20T21:57:00Z'));
    expect(await shownOf(night, 'tz=Europe/Berlin')).toEqual(['3 a', '3 a']);
    expect(await shownOf(night, 'tz=Asia/Kolkata')).toEqual(['6 a']);
  });

  it('at an instant, around an event, and from there both ways', async () => {
    const page = await open(await customerWith('a b c d e f g'));
    const at = await pageOf(page, 'at=2026-04-20T10:03:00Z&limit=2');
    expect(at.entries.map(shown)).toEqual(['d', 'c']);
    expect(await shownOf(page, `cursor=${cursorOf(at.older)}&dir=older`)).toEqual(['b', 'a']);
    const newer = await pageOf(page, `cursor=${cursorOf(at.newer)}&dir=newer&limit=2`);
    expect(newer.entries.map(shown)).toEqual(['f', 'e']);
    const newest = await pageOf(page, `cursor=${cursorOf(newer.newer)}&dir=newer`);
    expect(newest.entries.map(shown)).toEqual(['g']);
    expect(newest.newer).toBeNull();
    expect(await shownOf(page, `cursor=${cursorOf(newest.older)}&limit=2`)).toEqual(['f', 'e']);
    const middle = at.entries[0];
    const around = await pageOf(page, `around=${middle?.kind === 'event' ? middle.id : ''}&limit=3`);
    expect(around.entries.map(shown)).toEqual(['e', 'd', 'c']);
    expect(await shownOf(page, `cursor=${cursorOf(around.newer)}&dir=newer`)).toEqual(['g', 'f']);
    expect((await pageOf(page, 'at=2026-04-20T10:06:00Z')).newer).toBeNull();
  });

  it('around an event leave it by itself in the midst of its like', async () => {
    const page = await open(await customerWith('a a a a a a a'));
    const [run] = (await pageOf(page)).entries;
    const events = (await pageOf(page, `within=${run?.kind === 'run' ? run.cursor : ''}`)).entries;
    const middle = events[3];
    expect(await shownOf(page, `around=${middle?.kind === 'event' ? middle.id : ''}`)).toEqual(['3 a', 'a', '3 a']);
  });

  it('show a session no type that it may not see, whatever it asks for', async () => {
    const customer = await customerWith('a b.x a b.y c');
    const page = await open(customer, { types: ['b.*'] });
    const all = await pageOf(await open(customer));
    const hidden = all.entries[0];
    expect(await shownOf(page)).toEqual(['b.y', 'b.x']);
    expect(await shownOf(page, 'type=a')).toEqual([]);
    expect(await shownOf(page, 'type=b.x&type=c')).toEqual(['b.x']);
    const around = `around=${hidden?.kind === 'event' ? hidden.id : ''}`;
    expectFailure(await page.entries(around), 404, 'NOT_FOUND');
    const first = await pageOf(await open(customer), 'limit=2');
    expectInvalid(await page.entries(`cursor=${cursorOf(first.older)}`), 'cursor');
  });

  it('take no cursor of another customer, app or type', async () => {
    const types = 'a a a b c';
    const [ofA, ofB] = [await customerWith(types), await customerWith(types)];
    const other = withKey(service, service.otherKey);
    await other.patch(`/customers/${ofA}`, { email: 'other@example.com', name: 'Other' }).expect(201);
    await other.post('/customer-events', { customerExternalId: ofA, type: 'a' }).expect(201);
    const page = await open(ofA);
    const b = await pageOf(await open(ofB), 'limit=3');
    const run = b.entries[2];
    const elsewhere = embedApi(service, (await createSession(other, { customerExternalId: ofA })).token);
    const mine = await pageOf(page, 'limit=1');
    expect(run?.kind).toBe('run');
    expectInvalid(await page.entries(`within=${run?.kind === 'run' ? run.cursor : ''}`), 'within');
    expectInvalid(await elsewhere.entries(`cursor=${cursorOf(mine.older)}`), 'cursor');
    expectInvalid(await page.entries(`type=a&cursor=${cursorOf(mine.older)}`), 'cursor');
    const ofBAtOne = await pageOf(await open(ofB), 'limit=1');
    expectInvalid(await page.entries(`cursor=${cursorOf(ofBAtOne.older)}`), 'cursor');
    const event = ofBAtOne.entries[0];
    expectFailure(await page.entries(`around=${event?.kind === 'event' ? event.id : ''}`), 404, 'NOT_FOUND');
  });

  it('show a masked session nothing that is masked', async () => {
    const page = await open(await customerWith('order.placed'), { masked: true });
    const [entry] = (await pageOf(page)).entries;
    expect(entry).toMatchObject({ display: { title: 'Order {"o":"***"} of Ada' } });
  });

  it('are read past what is erased meanwhile, and of an erased customer not at all', async () => {
    const customer = await customerWith('a');
    const page = await open(customer);
    expect(await shownOf(page)).toEqual(['a']);
    const event = (await pageOf(page)).entries[0];
    const id = event?.kind === 'event' ? event.id : '';
    await service.delete(`/customers/${customer}/events/${id}`).expect(200);
    expect(await pageOf(page)).toEqual({ entries: [], older: null, newer: null, scanned: 0, scannedTo: null });
    await service.delete(`/customers/${customer}`).expect(200);
    // This instance may remember a session for some seconds: then it finds no customer any more.
    const gone = await page.entries();
    const failures: Record<number, string> = { 401: 'EMBED_SESSION_INVALID', 404: 'CUSTOMER_NOT_FOUND' };
    expectFailure(gone, gone.status, failures[gone.status] as string);
    expectFailure(await service.get(`/customers/${customer}/timeline`), 404, 'CUSTOMER_NOT_FOUND');
  });

  it('with q are the events that have the text in payload, type or title, each by itself', async () => {
    const page = await open(await customerWith('a.x a.x a.x order.placed page.viewed job.ran A_B'.toLowerCase()));
    expect(await shownOf(page, 'q=A.X')).toEqual(['a.x', 'a.x', 'a.x']);
    expect(await shownOf(page, 'q=ORDER%20%7B%22o%22:3')).toEqual(['order.placed']);
    expect(await shownOf(page, 'q=%22o%22:4')).toEqual(['page.viewed']);
    for (const literal of ['%25', '_', '%5C', '.*']) {
      const expected = literal === '_' ? ['a_b'] : [];
      expect(await shownOf(page, `q=${literal}`)).toEqual(expected);
    }
    expect(await shownOf(page, 'q=job')).toEqual([]);
    const first = await pageOf(page, 'q=a.x&limit=2');
    expect(first).toMatchObject({ scanned: 6, scannedTo: '2026-04-20T10:01:00Z' });
    expect(await pageOf(page, `q=a.x&cursor=${cursorOf(first.older)}`)).toMatchObject({
      entries: [{ occurredAt: '2026-04-20T10:00:00Z' }],
      ...{ older: null, scannedTo: null },
    });
    expect(await shownOf(page, 'q=a&type=order.*')).toEqual(['order.placed']);
  });

  it('with q are found by the characters of their payloads, however their senders wrote these', async () => {
    const customer = await customerWith('first');
    const payloads = [
      '{"name":"M\\u00fcller \\u003cvip\\u003e","said":"\\"no\\""}',
      '{"name":"MÜLLER"}',
      '{"name":"M\\\\u00fcller"}',
    ];
    for (const [index, payload] of payloads.entries()) {
      const event = `{"customerExternalId":"${customer}","type":"sent.${index}","payload":${payload}}`;
      await service.post('/customer-events', event).expect(201);
    }
    const page = await open(customer);
    const found = (text: string) => shownOf(page, `q=${encodeURIComponent(text)}`);
    expect(await found('müller')).toEqual(['sent.1', 'sent.0']);
    expect(await found('<vip>')).toEqual(['sent.0']);
    expect(await found('"no"')).toEqual(['sent.0']);
    expect(await found('\\u00fc')).toEqual(['sent.2', 'sent.0']);
  });

  it('with q find nothing that is masked', async () => {
    const customer = await customerWith('order.placed');
    const found = (page: Page) => shownOf(page, 'q=%22o%22:0');
    expect(await found(await open(customer))).toEqual(['order.placed']);
    expect(await found(await open(customer, { masked: true }))).toEqual([]);
  });

  it('have a version on the newest page, which changes with whatever is shown', async () => {
    const customer = await customerWith('a b');
    const page = await open(customer);
    const tagOf = async (): Promise<string> => (await page.entries().expect(200)).headers['etag'] as string;
    const tag = await tagOf();
    expect(tag).toMatch(/^"[A-Za-z0-9_-]{22}"$/);
    for (const sent of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const same = await page.entries().set('If-None-Match', sent).expect(304);
      expect({ text: same.text, tag: same.headers['etag'] }).toEqual({ text: '', tag });
    }
    for (const sent of ['"x"', 'x', '', tag.slice(1), '"'.repeat(3_000)]) {
      await page.entries().set('If-None-Match', sent).expect(200);
    }
    const antedated = { customerExternalId: customer, type: 'c', occurredAt: '2020-01-01' };
    const { body } = await service.post('/customer-events', antedated).expect(201);
    expect(await tagOf()).not.toBe(tag);
    await service.delete(`/customers/${customer}/events/${(body as { data: { id: string } }).data.id}`).expect(200);
    expect(await tagOf()).toBe(tag);
    rules.rules = { a: { title: 'A' } };
    expect(await tagOf()).not.toBe(tag);
    const other = await page.entries('at=2026-05-01').set('If-None-Match', '*').expect(200);
    expect(other.headers['etag']).toBeUndefined();
  });

  it('are there for a key, too: the ticket is where it asks for', async () => {
    const customer = await customerWith('a a a a a a');
    const ofKey = async (query: string, headers = {}): Promise<EntriesPage> => {
      const response = await service.get(`/customers/${customer}/timeline?${query}`, headers).expect(200);
      return asThePageReadsIt((response.body as { data: EntriesPageResponse }).data);
    };
    expect((await ofKey('')).entries.map(shown)).toEqual(['6 a']);
    const at = await ofKey('at=2026-04-20T10:02:00Z');
    expect(at.entries.map(shown)).toEqual(['3 a']);
    expect((await ofKey(`dir=newer&cursor=${cursorOf(at.newer)}`)).entries.map(shown)).toEqual(['3 a']);
    expectFailure(await service.get('/customers/nobody/timeline'), 404, 'CUSTOMER_NOT_FOUND');
    const writer = { 'X-API-Key': (await service.createKey({ scopes: ['events:write'] })).secret };
    expectFailure(await service.get(`/customers/${customer}/timeline`, writer), 403, 'AUTH_API_KEY_FORBIDDEN');
    const named = await customerWith('order.placed');
    const reader = { 'X-API-Key': (await service.createKey({ scopes: ['timeline:read'] })).secret };
    const { body } = await service.get(`/customers/${named}/timeline`, reader).expect(200);
    expect(body.data.entries[0].display.title).toBe('Order {"o":0} of —');
  });

  it('answer 300 random queries with a page, or with a 400 that names a field, or a 404', async () => {
    const random = randomWholeNumbers(17);
    const page = await open(await customerWith('a a a b'));
    const real = (await pageOf(page, 'limit=1')).older ?? '';
    const hostile = [
      '',
      'x',
      real,
      real.slice(1),
      '%00',
      '%',
      "';--",
      '9'.repeat(30),
      '-1',
      '1e9',
      '2026-04-20',
      '[]',
      'UTC',
    ];
    const names = [
      'at',
      'around',
      'cursor',
      'dir',
      'within',
      'limit',
      'type',
      'q',
      'quiet',
      'tz',
      'constructor',
      'tz[a]',
    ];
    const any = <T>(list: readonly T[]): T => list[random(list.length)] as T;
    const statuses = new Set<number>();
    for (let n = 0; n < 300; n++) {
      const parts = Array.from({ length: 1 + random(3) }, () => `${encodeURIComponent(any(names))}=${any(hostile)}`);
      const response = await page.entries(parts.join('&'));
      statuses.add(response.status);
      expect(parts.concat(response.status < 500 ? [] : response.text)).toEqual(parts);
      if (response.status === 400) expect(Object.keys((response.body as FailureBody).details ?? {})).not.toEqual([]);
    }
    expect(statuses.has(400)).toBe(true);
  });

  it.each([
    ['at=now', ['at']],
    ['at=2026-01-01&around=cmo4a6nb40000xqbp1v5k2h8d', ['around']],
    ['at=2026-01-01&cursor=x', ['cursor']],
    ['cursor=', ['cursor']],
    ['cursor=x', ['cursor']],
    ['cursor=x&cursor=y', ['cursor']],
    ['within=x', ['within']],
    ['around=x&within=x', ['within']],
    ['around=x&q=a', ['q']],
    ['within=x&q=a', ['q']],
    ['q=', ['q']],
    ['q=a&q=b', ['q']],
    [`q=${'a'.repeat(201)}`, ['q']],
    ['q=100%', ['q']],
    ['q=M%FCller', ['q']],
    ['%FF=a', ['\ufffd']],
    ['limit=0', ['limit']],
    ['limit=101', ['limit']],
    ['limit=1e9', ['limit']],
    ['limit=1000000000000000000000', ['limit']],
    ['dir=older', ['dir']],
    ['cursor=x&dir=up', ['dir']],
    ['within=x&dir=newer', ['dir']],
    ['tz=Mars', ['tz']],
    ['tz=%2B02:00', ['tz']],
    ['tz=UTC&tz=UTC', ['tz']],
    ['quiet=yes', ['quiet']],
    ['type=A', ['type']],
    ['types=a', ['types']],
    ['__proto__=a', ['__proto__']],
    ['limit=0&tz=x&quiet=1', ['limit', 'quiet', 'tz']],
  ])('refuse %s', async (query, fields) => {
    const page = await open(await customerWith('a'));
    expectInvalid(await page.entries(query), ...fields);
  });
});

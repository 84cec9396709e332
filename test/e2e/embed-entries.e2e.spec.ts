import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntriesPageResponse } from '../../src/customer-events/http/entries.response.ts';
import type { EntriesPage, Entry } from '../../src/embed/page/api/types.ts';
import type { RulesByType } from '../fakes/rules-by-type.ts';
import { withRulesByType } from '../support/display-rules.ts';
import { createSession, embedApi } from '../support/embed-session.ts';
import { startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';

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

  /** The oldest first, a minute apart from 10:00 on. */
  const customerWith = async (types: string): Promise<string> => {
    const customerExternalId = `entries-${++customers}`;
    await service
      .patch(`/customers/${customerExternalId}`, { email: `${customerExternalId}@example.com`, name: 'Ada' })
      .expect(201);
    const names = types.split(' ');
    const events = names.map((type, index) => ({
      ...{ customerExternalId, type, payload: { o: index } },
      occurredAt: new Date(Date.UTC(2026, 3, 20, 10, index)).toISOString(),
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
    expect(await shownOf(await open(customer), 'tz=Asia/Kolkata')).toEqual(['6 a']);
    // 10:03 UTC is midnight 13:57 east of Greenwich: no zone has that; 10:00 is midnight in Kiritimati.
    expect(await shownOf(await open(customer), 'tz=Pacific/Kiritimati')).toEqual(['6 a']);
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
    expect(entry).toMatchObject({ display: { title: 'Order {"o":"***"} of —' } });
  });

  it('are read past what is erased meanwhile, and of an erased customer not at all', async () => {
    const customer = await customerWith('a');
    const page = await open(customer);
    expect(await shownOf(page)).toEqual(['a']);
    const event = (await pageOf(page)).entries[0];
    const id = event?.kind === 'event' ? event.id : '';
    await service.delete(`/customers/${customer}/events/${id}`).expect(200);
    expect(await pageOf(page)).toEqual({ entries: [], older: null, newer: null, scanned: 0, scannedTo: null });
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

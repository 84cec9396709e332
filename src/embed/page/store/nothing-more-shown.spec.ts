import { expect, it } from '@jest/globals';
import { itemsOf, readyPage, type OpenedPage } from '../../../../test/support/page/opened-page.ts';
import { INVALID } from '../../../../test/support/page/simulated-service.ts';

const ERASED = { status: 404, code: 'CUSTOMER_NOT_FOUND' };
const WRONG_APP = { status: 403, code: 'EMBED_WRONG_APP' };

/** A page that shows all that it can of a customer: entries, an open event, an open fold, the counts of days. */
async function fullPage(): Promise<OpenedPage> {
  const page = await readyPage(120);
  const { store, service, clock } = page;
  service.events = service.events.map((event, index) => (index % 3 > 0 ? { ...event, type: 'quiet.viewed' } : event));
  store.goToNewest();
  await clock.pass(100);
  for (const { key, entry } of itemsOf(store.state)) if (entry.kind !== 'event') store.openFold(key);
  for (const { entry } of itemsOf(store.state)) if (entry.kind === 'event') store.openEvent(entry.id);
  await clock.pass(100);
  expect(store.state).toMatchObject({ status: 'ready', problem: null });
  for (const shown of [store.state.folds, store.state.details, store.state.days]) expect(shown.size).toBeGreaterThan(0);
  return page;
}

function expectNothingOfTheCustomer({ store }: OpenedPage, kind: string): void {
  expect(store.state).toMatchObject({ status: 'ended', problem: { kind, retryAt: null } });
  const { head, pages, details, folds, days, newEvents } = store.state;
  expect({ head, pages, newEvents }).toEqual({ head: null, pages: [], newEvents: 0 });
  expect([details.size, folds.size, days.size]).toEqual([0, 0, 0]);
}

it.each([
  ['of the newest entries, while it is open', '/entries', () => {}],
  ['of the newest entries, while a text is looked for', '/entries', ({ store }: OpenedPage) => store.find('event')],
  ['of older entries', '/entries', ({ store }: OpenedPage) => store.loadOlder()],
  ['of an event', '/events/', ({ store }: OpenedPage) => store.openEvent('another')],
  ['of the days', '/days', ({ store }: OpenedPage) => store.setTypes(['order.placed'])],
  ['of the head, for another token', '/head', ({ store }: OpenedPage) => void store.tokenCame()],
])('a customer who was erased is gone from the page with the first answer that says so: %s', async (_of, path, ask) => {
  const page = await fullPage();
  page.service.fault = (request) => (request.path.startsWith(path) ? ERASED : null);
  ask(page);
  await page.clock.pass(13_000);
  expectNothingOfTheCustomer(page, 'customer-erased');
});

it.each([
  [INVALID, 'session-ended'],
  [WRONG_APP, 'wrong-app'],
])('%j while the page is open leaves nothing of the customer, and nothing is asked any more', async (fault, kind) => {
  const page = await fullPage();
  page.service.fault = () => fault;
  await page.clock.pass(13_000);
  expectNothingOfTheCustomer(page, kind);
  const before = page.service.requests.length;
  page.clock.show(false);
  page.clock.show(true);
  await page.clock.pass(840_000);
  // The session may be renewed once more, which is refused.
  expect(page.service.requests.length - before).toBeLessThanOrEqual(1);
});

it('what was under way when the customer was erased is not shown when it comes', async () => {
  const page = await fullPage();
  const { store, service, clock } = page;
  service.latency = () => 5_000;
  store.loadOlder();
  store.goToDay('2026-04-05');
  store.openEvent('another');
  await clock.pass(100);
  service.latency = () => 10;
  service.fault = () => ERASED;
  store.openEvent('one more');
  await clock.pass(20_000);
  expectNothingOfTheCustomer(page, 'customer-erased');
});

it('a token of the host shows the timeline again after the session before was ended', async () => {
  const page = await fullPage();
  const { store, service, session, clock } = page;
  service.fault = () => INVALID;
  await clock.pass(13_000);
  expect(store.state.status).toBe('ended');
  service.fault = () => null;
  service.token = 'es_second';
  session.replace('es_second');
  void store.tokenCame();
  await clock.pass(100);
  expect(store.state).toMatchObject({ status: 'ready', problem: null });
  expect(itemsOf(store.state).length).toBeGreaterThan(0);
});

it('a refusal of the token before says nothing of the one that has come meanwhile', async () => {
  const page = await fullPage();
  const { store, service, session, clock } = page;
  service.latency = () => 1_000;
  service.fault = ({ headers }) => (headers['Authorization'] === 'Bearer es_first' ? INVALID : null);
  store.loadOlder();
  await clock.pass(100);
  service.token = 'es_second';
  session.replace('es_second');
  void store.tokenCame();
  await clock.pass(10_000);
  expect(store.state).toMatchObject({ status: 'ready', problem: null });
  expect(store.state.pages.length).toBeGreaterThan(1);
});

it('an event that is gone, which the host wants shown first, leaves the timeline and says so', async () => {
  const { store, clock } = await readyPage(30);
  store.end({ kind: 'session-ended', code: null, requestId: null, retryAt: null });
  void store.begin();
  await clock.pass(12);
  store.goToEvent('gone');
  await clock.pass(100);
  expect(store.state).toMatchObject({ status: 'ready', problem: { kind: 'event-gone', retryAt: null } });
  expect(itemsOf(store.state)).toHaveLength(30);
});

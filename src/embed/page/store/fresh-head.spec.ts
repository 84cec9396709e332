import { expect, it } from '@jest/globals';
import { readyPage, type OpenedPage } from '../../../../test/support/page/opened-page.ts';

const MINUTE = 60_000;
let last = 0;

function oneMore({ service, clock }: OpenedPage): void {
  const occurredAt = new Date(clock.now() + 30 * 86_400_000).toISOString();
  service.events = [...service.events, { id: `later${++last}`, type: 'payment.failed', occurredAt }];
}

it('the head is read again when events that have come are shown, and not before', async () => {
  const page = await readyPage(30);
  await page.clock.pass(2 * MINUTE);
  oneMore(page);
  await page.clock.pass(2 * MINUTE);
  expect(page.store.state.newEvents).toBe(1);
  expect(page.service.count('/head')).toBe(1);
  page.store.showNew();
  await page.clock.pass(100);
  expect(page.service.count('/head')).toBe(2);
});

it('the head is read once a minute at most, and the last change is in it', async () => {
  const page = await readyPage(30);
  const { store, service, clock } = page;
  for (let times = 0; times < 30; times++) {
    oneMore(page);
    await clock.pass(15_000);
    store.showNew();
  }
  const before = service.count('/head');
  expect(before).toBeGreaterThan(5);
  // So many minutes have passed, and a half.
  expect(before).toBeLessThanOrEqual(9);
  service.externalId = 'renamed';
  await clock.pass(MINUTE);
  expect(service.count('/head')).toBe(before + 1);
  expect(store.state.head?.customer.externalId).toBe('renamed');
});

it('the head is not read again while nothing changes, whatever is looked at', async () => {
  const { store, service, clock } = await readyPage(120);
  for (let times = 0; times < 30; times++) {
    await clock.pass(MINUTE);
    store.goToDay('2026-04-05');
    await clock.pass(100);
    store.goToNewest();
  }
  expect(service.count('/head')).toBe(1);
});

it('a head that comes late, for the customer before, is not shown', async () => {
  const page = await readyPage(30);
  const { store, service, session, clock } = page;
  await clock.pass(2 * MINUTE);
  oneMore(page);
  await clock.pass(15_000);
  service.latency = () => 3_000;
  store.showNew();
  await clock.pass(4_000);
  service.latency = () => 10;
  service.externalId = 'user_43';
  service.token = 'es_second';
  session.replace('es_second');
  void store.tokenCame();
  await clock.pass(10_000);
  expect(store.state.head?.customer.externalId).toBe('user_43');
});

it('the days are counted again where what has come is shown', async () => {
  const page = await readyPage(30);
  oneMore(page);
  await page.clock.pass(15_000);
  page.store.showNew();
  await page.clock.pass(100);
  const { occurredAt } = page.service.events.at(-1) as { occurredAt: string };
  expect(page.store.state.days.get(occurredAt.slice(0, 10))).toBe(1);
});

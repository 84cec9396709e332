import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { describeInChromium, launchChromium, openPage, type WatchedPage } from '../support/chromium.ts';
import { createSession } from '../support/embed-session.ts';
import { fillHistory, QUIET_TYPES } from '../support/page/long-history.ts';
import { TimelineInBrowser } from '../support/page/timeline-in-browser.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { until } from '../support/until.ts';
import { FULL } from '../support/drill.ts';

const EVENTS = FULL ? 1_000_000 : 20_000;
/** More than are kept, so that pages are given up. */
const SCROLLED = FULL ? 20_000 : 1_100;
const SCREENS_UP = FULL ? 100 : 6;
const MAX_ENTRIES = 1_000;
const MAX_HEAP_MB = 150;
/** Half a pixel of rounding at each of the two ends. */
const MAX_MOVED_PX = 1;

jest.setTimeout(FULL ? 3_600_000 : 120_000);

describeInChromium(`the agent page of a customer with ${EVENTS.toLocaleString('en')} events`, () => {
  let service: TestService;
  let browser: Browser;
  const opened: WatchedPage[] = [];

  beforeAll(async () => {
    service = await startTestService({ SESSION_READ_LIMITS: '0' });
    for (const type of QUIET_TYPES) await service.put(`/event-types/${type}`, { quiet: true }).expect(201);
    await fillHistory(service.database, 'user_42', EVENTS);
    browser = await launchChromium();
  });
  afterEach(async () => {
    for (const { context } of opened.splice(0)) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await service?.close();
  });

  async function open(
    customerExternalId: string,
    at?: string,
  ): Promise<{ timeline: TimelineInBrowser; faults: string[] }> {
    const origin = `http://127.0.0.1:${(service.server.address() as AddressInfo).port}`;
    const { url } = await createSession(service, { customerExternalId, timeZone: 'Europe/Berlin', ...(at && { at }) });
    const { pathname, search, hash } = new URL(url);
    const watched = await openPage(browser, [origin], { viewport: { width: 1280, height: 900 } });
    opened.push(watched);
    const timeline = await TimelineInBrowser.open(watched.page, `${origin}${pathname}${search}${hash}`);
    return { timeline, faults: watched.faults };
  }

  it('shows the newest entries first, goes to a day of 2019, and on from there in both directions', async () => {
    const { timeline, faults } = await open('user_42');
    expect((await timeline.days()).top).toMatch(/^2026-/);
    const day = '2019-07-15';
    await timeline.jump(day);
    expect((await timeline.days()).top).toBe(day);
    await timeline.scrollToOldest();
    const older = (await timeline.days()).days.at(-1) ?? '';
    expect(older < day).toBe(true);
    while (((await timeline.days()).days[0] ?? '') <= '2019-07-20') await timeline.scrollUp();
    expect((await timeline.keys()).length).toBeLessThanOrEqual(MAX_ENTRIES);
    expect(faults).toEqual([]);
  });

  it('opens at the ticket, years ago, which stays in sight while what came after it is loaded', async () => {
    const { timeline, faults } = await open('user_42', '2022-05-05T12:00:00Z');
    const line = timeline.page.locator('[data-key="ticket"]');
    await line.waitFor();
    await until(async () => ((await timeline.days()).days[0] ?? '') > '2022-05-05');
    const { y } = (await line.boundingBox()) ?? { y: -1 };
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(900);
    expect((await timeline.days()).top).toMatch(/^2022-05-0[56]$/);
    expect(faults).toEqual([]);
  });

  it(`keeps no more than 1,000 entries of ${SCROLLED.toLocaleString('en')}, and the place, in little memory`, async () => {
    const { timeline, faults } = await open('user_42');
    const moves: number[] = [];
    // Where the machine is busy, all may come before it could be seen what it moves.
    while (timeline.received.length < SCROLLED || moves.length === 0) {
      const moved = await timeline.scrollToOldest();
      if (moved !== null) moves.push(moved);
      expect(await timeline.entries()).toBeLessThanOrEqual(MAX_ENTRIES);
    }
    expect(moves.length).toBeGreaterThan(0);
    expect(Math.max(...moves)).toBeLessThanOrEqual(MAX_MOVED_PX);
    await expectInOrder(timeline);
    for (let screens = 0; screens < SCREENS_UP; screens++) {
      expect(await timeline.scrollUp()).toBeLessThanOrEqual(MAX_MOVED_PX);
      expect(await timeline.entries()).toBeLessThanOrEqual(MAX_ENTRIES);
    }
    await expectInOrder(timeline);
    const heap = await timeline.heapMb();
    process.stdout.write(`JavaScript heap after ${timeline.received.length} entries: ${heap.toFixed(1)} MB\n`);
    expect(heap).toBeGreaterThan(1);
    expect(heap).toBeLessThanOrEqual(MAX_HEAP_MB);
    expect(faults).toEqual([]);
  });

  /** What is in the document is one piece of what came, each entry once: it came from the newest on. */
  async function expectInOrder(timeline: TimelineInBrowser): Promise<void> {
    const all = [...new Set(timeline.received)];
    const keys = await timeline.keys();
    const from = all.indexOf(keys[0] ?? '');
    expect(from).toBeGreaterThanOrEqual(0);
    expect(keys).toEqual(all.slice(from, from + keys.length));
  }

  (FULL ? it : it.skip)('opens a fold of 4,000 events in pages, and keeps no more than 1,000 of them', async () => {
    await service.patch('/customers/reader', { email: 'reader@example.com', name: 'Reader' }).expect(201);
    const viewed = (from: number) =>
      Array.from({ length: 500 }, (_, index) => ({
        ...{ customerExternalId: 'reader', type: 'page.viewed', payload: {} },
        occurredAt: new Date(Date.parse('2026-04-18T08:00:00Z') + (from + index) * 1_000).toISOString(),
      }));
    for (let from = 0; from < 4_000; from += 500)
      await service.post('/customer-events/batch', { events: viewed(from) }).expect(201);
    const { timeline, faults } = await open('reader');
    await timeline.page.locator('article.fold').click();
    for (let loaded = 1; loaded < 80; loaded++) {
      await timeline.page.getByRole('button', { name: 'Load more' }).click();
      await timeline.page.locator('.fold-events > [data-page]').nth(loaded).waitFor({ state: 'attached' });
      expect(await timeline.entries()).toBeLessThanOrEqual(MAX_ENTRIES);
    }
    await timeline.page.getByRole('button', { name: 'Load more' }).waitFor({ state: 'detached' });
    for (let screens = 0; screens < SCREENS_UP; screens++)
      expect(await timeline.scrollUp()).toBeLessThanOrEqual(MAX_MOVED_PX);
    expect(faults).toEqual([]);
  });

  it('shows nothing of the customer any more once the service says that it is gone', async () => {
    await service.patch('/customers/gone', { email: 'gone@example.com', name: 'Grace' }).expect(201);
    await fillHistory(service.database, 'gone', 300);
    const { timeline } = await open('gone');
    await service.delete('/customers/gone').expect(200);
    // At the latest then the page asks for something; where it has asked by itself before, no row is left.
    await timeline.page.evaluate(`document.querySelector('article[data-event] .row')?.click()`);
    await timeline.page.locator('article').first().waitFor({ state: 'detached' });
    const text = await timeline.page.locator('customer-timeline').innerText();
    // The instance may know the session for some seconds more; then it is the customer whom it finds no more.
    expect(text).toMatch(/EMBED_SESSION_INVALID|CUSTOMER_NOT_FOUND/);
    expect(text).not.toContain('Grace');
    expect(text).not.toContain('gone@example.com');
  });
});

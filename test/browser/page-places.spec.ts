import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { describeInChromium, launchChromium, openPage } from '../support/chromium.ts';
import { createSession } from '../support/embed-session.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { until } from '../support/until.ts';

const TICKET_AT = '2026-04-20T08:00:00Z';
const HOUR = 3_600_000;

describeInChromium('the place in a long timeline, in a browser', () => {
  let service: TestService;
  let browser: Browser;

  beforeAll(async () => {
    service = await startTestService({ SESSION_READ_LIMITS: '0' });
    browser = await launchChromium();
    // Of two types in turn, so that they are not folded: 120 hours before the ticket, and 120 after it.
    const events = Array.from({ length: 240 }, (_, index) => ({
      customerExternalId: 'user_42',
      type: index % 2 === 0 ? 'order.placed' : 'invoice.paid',
      occurredAt: new Date(Date.parse(TICKET_AT) + (index - 120.5) * HOUR).toISOString(),
      payload: {},
    }));
    await service.post('/customer-events/batch', { events }).expect(201);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await service?.close();
  });

  it('a page of 320 pixels keeps the customer in sight where the ticket is in sight, too', async () => {
    const { page, close } = await show(320, new Date(Date.parse(TICKET_AT) + 118 * HOUR).toISOString());
    await until(async () => (await page.locator('article[data-event]').count()) > 50);
    expect(await isInSight(page.getByRole('heading', { name: 'Ada' }))).toBe(true);
    expect(await isInSight(page.locator('article.ticket'))).toBe(true);
    await close();
  });

  const show = async (width: number, at?: string): Promise<{ page: Page; close(): Promise<void> }> => {
    const body = { customerExternalId: 'user_42', timeZone: 'UTC', locale: 'en-GB', at };
    const { pathname, search, hash } = new URL((await createSession(service, body)).url);
    const origin = `http://127.0.0.1:${(service.server.address() as AddressInfo).port}`;
    const { page, context } = await openPage(browser, [origin], { viewport: { width, height: 800 } });
    await page.goto(`${origin}${pathname}${search}${hash}`);
    return { page, close: () => context.close() };
  };
  const isInSight = (locator: Locator): Promise<boolean> =>
    locator.evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top >= 0 && bottom <= 800;
    });
  /** The page before and the page after the place are there, of 50 each. */
  const bothSidesCame = (page: Page): Promise<void> =>
    until(async () => (await page.locator('article[data-event]').count()) >= 100);

  it.each([320, 800])('a page of %i pixels opens at the ticket, with newer events above it', async (width) => {
    const { page, close } = await show(width, TICKET_AT);
    await bothSidesCame(page);
    expect(await isInSight(page.locator('article.ticket'))).toBe(true);
    await close();
  });

  it.each([320, 800])('a page of %i pixels goes to a date, with newer events above it', async (width) => {
    const { page, close } = await show(width);
    await page.locator('article[data-event]').first().waitFor();
    await page.locator('#date').fill('2026-04-18');
    const day = page.locator('.day-head').filter({ hasText: 'Sat 18 Apr 2026' });
    await day.waitFor();
    await bothSidesCame(page);
    // 18 April has its newest event half an hour before midnight.
    expect(await isInSight(page.locator('article time[datetime^="2026-04-18T23:30"]'))).toBe(true);
    await close();
  });
});

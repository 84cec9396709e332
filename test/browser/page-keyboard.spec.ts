import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { AgentPages, article, event, TICKET_AT } from '../support/agent-pages.ts';
import { describeInChromium, type WatchedPage } from '../support/chromium.ts';
import { until } from '../support/until.ts';

const NARROW = { viewport: { width: 320, height: 500 } };
const WIDE = { viewport: { width: 1280, height: 800 } };
/** From the newest to the oldest, as they are shown. */
const TITLES = ['Invoice paid', 'Payment failed', 'Order placed', 'Page viewed ×4', 'Trial started'];

/** What the focus is in: the title of an entry, or else the id or the name of the element. */
const FOCUS = `(() => {
  const { activeElement } = document;
  const texts = [...(activeElement.closest('article')?.querySelector('.title')?.childNodes ?? [])];
  const title = texts.filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ data }) => data).join('');
  return title.trim() || activeElement.id || activeElement.localName;
})()`;

describeInChromium('the agent page by keyboard alone', () => {
  let pages: AgentPages;
  const site = 'https://shop.example';

  beforeAll(async () => {
    pages = await AgentPages.start();
    await pages.service.put('/event-types/order.placed', { url: `${site}/orders/{payload.total}` }).expect(201);
  }, 60_000);
  afterEach(() => pages.closePages());
  afterAll(() => pages?.close());

  const focus = (page: Page): Promise<string> => page.evaluate(FOCUS);
  const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** With the focus on the first entry, by Tab alone. */
  const walked = async (options = NARROW): Promise<WatchedPage & { tabs: string[] }> => {
    const watched = await pages.showAgain((await pages.session({ at: TICKET_AT })).url, options);
    const { page } = watched;
    await article(page, 'Payment failed').waitFor();
    await article(page, 'Invoice paid').waitFor();
    const tabs: string[] = [];
    while (!TITLES.includes(await focus(page)) && tabs.length < 60) {
      await press(page, 'Tab');
      tabs.push(await focus(page));
    }
    return { ...watched, tabs };
  };
  const isOpen = async (page: Page, title: string): Promise<boolean> =>
    (await page.locator('article .title').filter({ hasText: title }).getAttribute('aria-expanded')) === 'true';
  const openIs = (page: Page, title: string, expected: boolean): Promise<void> =>
    until(async () => (await isOpen(page, title)) === expected);

  it.each([
    ['narrow', NARROW],
    ['wide', WIDE],
  ])('goes from entry to entry, opens and closes them, and leaves the list, on a %s page', async (_, options) => {
    const { page, faults } = await walked(options);
    const first = await focus(page);
    expect(TITLES).toContain(first);
    await press(page, ...TITLES.map(() => 'ArrowUp'));
    await until(async () => (await focus(page)) === TITLES[0]);
    for (const [index, key] of ['j', 'ArrowDown', 'j', 'ArrowDown', 'j'].entries()) {
      await press(page, key);
      await until(async () => (await focus(page)) === TITLES[Math.min(index + 1, 4)]);
    }
    for (const [index, key] of ['k', 'ArrowUp', 'k'].entries()) {
      await press(page, key);
      await until(async () => (await focus(page)) === TITLES[3 - index]);
    }
    // An event, by Enter and by Escape.
    await press(page, 'Enter');
    await page.getByText('card_declined').first().waitFor();
    await openIs(page, 'Payment failed', true);
    await press(page, 'Enter');
    await openIs(page, 'Payment failed', false);
    await press(page, 'Enter');
    await openIs(page, 'Payment failed', true);
    await press(page, 'Escape');
    await openIs(page, 'Payment failed', false);
    expect(await page.getByText('card_declined').count()).toBe(0);
    expect(await focus(page)).toBe('Payment failed');
    // A fold, and what is in it.
    await press(page, 'j', 'j', 'Enter');
    await until(async () => (await page.locator('.fold-events article').count()) === 4);
    await press(page, 'j', 'Enter');
    await until(async () => (await page.locator('.facts').count()) === 1);
    await press(page, 'Escape', 'k');
    await until(async () => (await focus(page)) === 'Page viewed ×4');
    await press(page, 'Enter');
    await until(async () => (await page.locator('.fold-events').count()) === 0);
    // Out of the list, on all ways.
    await press(page, 'Control+End');
    expect(await focus(page)).toBe('keyboard');
    await press(page, 'Shift+Tab');
    await until(async () => !['keyboard', 'body'].includes(await focus(page)));
    await article(page, 'Payment failed').focus();
    await press(page, 'Control+Home');
    expect(await focus(page)).toBe('find');
    await article(page, 'Payment failed').focus();
    await press(page, 'Escape');
    expect(await focus(page)).toBe('find');
    expect(faults).toEqual([]);
  });

  it('has one stop for the whole list, and Tab leaves it in both directions', async () => {
    const { page, tabs, faults } = await walked();
    expect(tabs.slice(-6, -1)).not.toEqual(expect.arrayContaining(TITLES));
    await press(page, 'j', 'j');
    const inside = await focus(page);
    await press(page, 'Tab');
    expect(TITLES).not.toContain(await focus(page));
    await press(page, 'Shift+Tab');
    expect(await focus(page)).toBe(inside);
    await press(page, 'Shift+Tab');
    expect(TITLES).not.toContain(await focus(page));
    expect(faults).toEqual([]);
  });

  it('finds, chooses types, goes to a date, to the ticket and to the newest', async () => {
    const { page, faults } = await walked();
    await press(page, '/');
    expect(await focus(page)).toBe('find');
    // In a field, they are characters.
    await page.keyboard.type('fgtnock?/j');
    expect(await page.locator('#find').inputValue()).toBe('fgtnock?/j');
    await page.getByText('No event matches').waitFor();
    await press(page, 'Escape');
    await article(page, 'Payment failed').waitFor();

    await article(page, 'Payment failed').focus();
    await press(page, 'f');
    expect(await page.locator('#types').getAttribute('open')).toBe('');
    expect(await page.evaluate('document.activeElement.type')).toBe('checkbox');
    await press(page, 'n', 'Space');
    await until(async () => (await page.locator('article[data-event]').count()) === 1);
    await press(page, 'Space');
    await until(async () => (await page.locator('article').count()) > 4);
    await press(page, 'Escape');
    expect(await page.locator('#types').getAttribute('open')).toBeNull();
    expect(await focus(page)).toBe('summary');

    await article(page, 'Payment failed').focus();
    await press(page, 'g');
    expect(await focus(page)).toBe('date');
    await page.keyboard.type('04182026');
    await until(async () => (await page.evaluate('document.querySelector("#date").value')) === '2026-04-18');
    await until(() =>
      page.evaluate(`(() => {
      const { top } = document.querySelector('[data-day="2026-04-18"]').getBoundingClientRect();
      return top > 0 && top < innerHeight;
    })()`),
    );

    await article(page, 'Trial started').focus();
    await press(page, 't');
    await until(async () => (await focus(page)) === 'Payment failed');
    await press(page, 'n');
    await until(async () => (await focus(page)) === 'Invoice paid');
    expect(faults).toEqual([]);
  });

  it('opens the link of an event, copies it, and shows the help', async () => {
    const eventLink = 'https://desk.example/c/{customerExternalId}?e={eventId}';
    const { url } = await pages.session({ at: TICKET_AT, eventLink });
    const { page, context, faults } = await pages.open(
      { ...NARROW, permissions: ['clipboard-read', 'clipboard-write'] },
      [site],
    );
    await context.route(`${site}/**`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<title>Order</title>' }),
    );
    await page.goto(url);
    await article(page, 'Order placed').focus();
    const [linked] = await Promise.all([context.waitForEvent('page'), press(page, 'o')]);
    await linked.waitForURL(`${site}/orders/99.9`);
    await linked.close();
    await page.bringToFront();
    await press(page, 'c');
    const copied = (): Promise<string> => page.evaluate('navigator.clipboard.readText()');
    await until(async () => /^https:\/\/desk\.example\/c\/user_42\?e=c[a-z0-9]+$/.test(await copied()));
    // An event without a link.
    await press(page, 'k', 'o', '?');
    await page.getByRole('dialog').waitFor();
    expect(context.pages()).toHaveLength(1);
    await press(page, 'Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await until(async () => (await focus(page)) === 'Payment failed');
    expect(faults).toEqual([]);
  });

  it('takes no single characters where they are switched off, nor outside the list', async () => {
    const { page, context, faults } = await walked();
    await article(page, 'Order placed').focus();
    await press(page, '?');
    await page.getByRole('dialog').waitFor();
    await press(page, 'Tab');
    expect(await page.evaluate('document.activeElement.type')).toBe('checkbox');
    await press(page, 'Space', 'Escape');
    await until(async () => (await focus(page)) === 'Order placed');
    await press(page, 'j', 'k', 'o', 'c', '/', 'f', 'g', 't', 'n', '?');
    expect(await focus(page)).toBe('Order placed');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.locator('#types[open]').count()).toBe(0);
    expect(context.pages()).toHaveLength(1);
    // All others work.
    await press(page, 'ArrowUp');
    await until(async () => (await focus(page)) === 'Payment failed');
    await press(page, 'Enter');
    await openIs(page, 'Payment failed', true);
    await press(page, 'Escape', 'Control+End');
    expect(await focus(page)).toBe('keyboard');

    await press(page, 'Enter', 'Tab', 'Space', 'Escape');
    await until(async () => (await focus(page)) === 'keyboard');
    await press(page, 'j', '/', 'f', 'g', '?');
    expect(await focus(page)).toBe('keyboard');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it('leaves Home and End to the browser: they scroll, and the focus stays', async () => {
    const customerExternalId = await pages.newCustomer('tall');
    await pages.send(
      Array.from({ length: 12 }, (_, n) =>
        event(customerExternalId, `type_${n}.happened`, `2026-04-18T10:${10 + n}:00Z`),
      ),
    );
    const { page, faults } = await pages.showAgain((await pages.session({ customerExternalId })).url, NARROW);
    await article(page, 'Type 11 happened').focus();
    const scrolled = (): Promise<number> => page.evaluate('document.querySelector(".app").scrollTop');
    await press(page, 'End');
    await until(async () => (await scrolled()) > 100);
    expect(await focus(page)).toBe('Type 11 happened');
    await press(page, 'Home');
    await until(async () => (await scrolled()) === 0);
    expect(await focus(page)).toBe('Type 11 happened');
    expect(faults).toEqual([]);
  });

  it('returns from the details beside the list to their entry', async () => {
    const { page, faults } = await walked(WIDE);
    await article(page, 'Payment failed').focus();
    await press(page, 'Enter');
    await page.getByText('card_declined').waitFor();
    for (
      let presses = 0;
      presses < 10 && !(await page.evaluate('document.activeElement.matches(".detail")'));
      presses++
    )
      await press(page, 'Tab');
    expect(await page.evaluate('document.activeElement.matches(".detail")')).toBe(true);
    await press(page, 'Escape');
    await until(async () => (await focus(page)) === 'Payment failed');
    expect(faults).toEqual([]);
  });
});

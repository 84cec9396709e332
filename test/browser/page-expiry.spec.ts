import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Frame, Page } from 'playwright-core';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { AgentPages, article, event } from '../support/agent-pages.ts';
import { describeInChromium } from '../support/chromium.ts';
import { openDesk, type Desk } from '../support/desk.ts';
import { until } from '../support/until.ts';

const EVENTS = 220;
const NARROW = { viewport: { width: 400, height: 700 } };

/** What a reader would miss. */
interface Place {
  /** The first event in sight, and how far below the top it is, in units of two pixels. */
  readonly first: string;
  readonly top: number;
  readonly open: readonly string[];
  readonly types: readonly string[];
}

const PLACE = `(() => {
  const scroller = document.querySelector('.app');
  const top = scroller.getBoundingClientRect().top + document.querySelector('.controls').offsetHeight;
  const inSight = (element) => element.getBoundingClientRect().bottom > top;
  const first = [...document.querySelectorAll('article[data-event]')].find(inSight);
  return {
    first: first.querySelector('.title').textContent.trim(),
    top: Math.round(first.getBoundingClientRect().top / 2),
    open: [...document.querySelectorAll('article.open .title')].map((title) => title.textContent.trim()),
    types: [...document.querySelectorAll('#types label:has(:checked)')].map((label) => label.title),
  };
})()`;

describeInChromium('a session that ends while a long history is scrolled', () => {
  let pages: AgentPages;
  let desk: Desk;

  beforeAll(async () => {
    [pages, desk] = await Promise.all([AgentPages.start(), openDesk()]);
    await pages.service.app.get(KeyAdministration).setEmbedOrigins('acme', [desk.site]);
    const customerExternalId = await pages.newCustomer('long');
    for (const type of ['step.left', 'step.right', 'pause.made'])
      await pages.service.put(`/event-types/${type}`, { title: `${type} {payload.n}` }).expect(201);
    const start = Date.parse('2026-01-01T00:00:00Z');
    await pages.send(
      Array.from({ length: EVENTS }, (_, n) => {
        const type = n % 10 === 9 ? 'pause.made' : n % 2 === 0 ? 'step.left' : 'step.right';
        return event(customerExternalId, type, new Date(start + n * 3_600_000).toISOString(), { n });
      }),
    );
  }, 60_000);
  afterEach(() => pages.closePages());
  afterAll(async () => {
    await desk?.close();
    await pages?.close();
  });

  /** The newest first, without those that the filter leaves out. */
  const expected = Array.from({ length: EVENTS }, (_, n) => n)
    .filter((n) => n % 10 !== 9)
    .reverse();
  const session = (more: object = {}) => pages.session({ customerExternalId: 'long', timeZone: 'UTC', ...more });
  const placeOf = (page: Page | Frame): Promise<Place> => page.evaluate(PLACE);
  const shown = async (page: Page | Frame): Promise<number[]> => {
    const titles = await page.locator('article[data-event] .title').allTextContents();
    return titles.map((title) => Number(title.trim().split(' ').at(-1)));
  };
  const scrollBy = (page: Page | Frame, pixels: number): Promise<void> =>
    page.evaluate(`document.querySelector('.app').scrollTop += ${pixels}`);
  /** Chooses types, scrolls, and opens an event. */
  const readSome = async (page: Page | Frame): Promise<void> => {
    await page.locator('#types summary').click();
    for (const type of ['step.left', 'step.right']) await page.locator(`#types label[title="${type}"] input`).check();
    await until(async () => !(await shown(page)).some((n) => n % 10 === 9) && (await shown(page)).length > 40);
    await page.locator('#types summary').click();
    await scrollBy(page, 900);
    await article(page, `step.left ${expected.filter((n) => n % 2 === 0)[10]}`).click();
    await page.getByText('"n"').waitFor();
  };
  /** To the oldest event that is loaded; what is older is loaded then, or where the page asks whether to go on. */
  const goFurther = async (page: Page | Frame): Promise<Place> => {
    await scrollBy(page, 100_000);
    const place = await placeOf(page);
    return place;
  };
  /** To the oldest event: all that is missing is loaded on the way. */
  const scrollToTheEnd = async (page: Page | Frame): Promise<void> => {
    await until(async () => {
      await goFurther(page);
      return (await shown(page)).includes(0);
    });
    expect(await shown(page)).toEqual(expected);
  };

  it('is renewed before it does, and each event is shown once', async () => {
    const { page, faults } = await pages.open(NARROW);
    await page.clock.install();
    const short = await session({ ttl: 'PT1M', maxAge: 'PT1H' });
    await page.goto(short.url);
    await readSome(page);
    const before = await placeOf(page);
    const renewal = page.waitForResponse('**/embed/api/renew');
    await page.clock.fastForward(31_000);
    expect((await renewal).status()).toBe(200);
    expect(await placeOf(page)).toEqual(before);
    await scrollToTheEnd(page);
    expect(faults).toEqual([]);
  });

  it('where nobody can give another one, leaves all that was loaded as it is, and says so', async () => {
    const first = await session();
    const { page, faults } = await pages.show(first.url, { ...NARROW, refusals: [401] });
    await readSome(page);
    await pages.expire(first);
    const loaded = await shown(page);
    const before = await goFurther(page);
    await page.getByText('These events could not be loaded.').waitFor();
    await page.getByText('EMBED_SESSION_EXPIRED').waitFor();
    // At the very end the list has become a line shorter.
    expect({ ...(await placeOf(page)), top: 0 }).toEqual({ ...before, top: 0 });
    expect(before).toMatchObject({ open: [expect.stringMatching(/^step\.left/)], types: ['step.left', 'step.right'] });
    expect(await shown(page)).toEqual(loaded);
    expect(loaded).toEqual(expected.slice(0, loaded.length));
    expect(faults).toEqual([]);
  });

  it('goes on where it was with a token of the site around it, and each event is shown once', async () => {
    const first = await session();
    const { page, faults } = await pages.open({ refusals: [401] }, [desk.site]);
    await page.goto(desk.showing(first.url));
    await until(() => page.frames().length > 1);
    const frame = page.frames()[1] as Frame;
    await readSome(frame);
    await pages.expire(first);
    const loaded = (await shown(frame)).length;
    await goFurther(frame);
    await until(() => page.evaluate(`received.some(({ data }) => data.kind === 'tokenExpiring')`));
    expect(await shown(frame)).toHaveLength(loaded);
    const before = await placeOf(frame);
    const token = JSON.stringify({ source: 'customer-events', v: 1, kind: 'token', token: (await session()).token });
    await page.evaluate(`frames[0].postMessage(${token}, ${JSON.stringify(pages.origin)})`);
    await until(async () => (await shown(frame)).length > loaded);
    expect(await placeOf(frame)).toEqual(before);
    expect(before).toMatchObject({ open: [expect.stringMatching(/^step\.left/)], types: ['step.left', 'step.right'] });
    await scrollToTheEnd(frame);
    expect(faults).toEqual([]);
  });
});

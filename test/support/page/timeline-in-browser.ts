import type { CDPSession, Page, Response } from 'playwright-core';
import type { EntriesPage } from '../../../src/embed/page/api/types.ts';
import { keyOf } from '../../../src/embed/page/store/feed.ts';

/** Run in the page before its own script: when the first entry was painted, by the clock of the page. */
const WATCH_FIRST_ENTRY = `
  window.firstEntryAt = new Promise((resolve) =>
    new MutationObserver((_, observer) => {
      if (document.querySelector('article.entry') === null) return;
      observer.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
    }).observe(document, { childList: true, subtree: true }),
  );`;

/** In the page. What scrolls is the list of events by itself where the page is wide. */
const PLACES = `
  const scroller = document.querySelector('.beside > .list') ?? document.querySelector('.app');
  const articles = () => [...document.querySelectorAll('article.entry')];
  const topOf = (element) => element.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  const placeInSight = () => {
    const element = articles().find((article) => topOf(article) > scroller.clientHeight / 3 && topOf(article) < scroller.clientHeight);
    return element && { key: element.dataset.key, top: topOf(element) };
  };
  const movedBy = ({ key, top }) =>
    Math.abs(topOf(document.querySelector('[data-key="' + CSS.escape(key) + '"]')) - top);
  const isLoading = () => document.querySelector('[data-edge] p.muted')?.textContent.includes('Loading') === true;
  const frames = (count, then) => (count === 0 ? then() : requestAnimationFrame(() => frames(count - 1, then)));
  const painted = (then) => frames(2, then);
  // What comes into sight is laid out only then.
  const laidOut = (then) => frames(5, then);
  const until = (condition, then) => (condition() ? painted(then) : requestAnimationFrame(() => until(condition, then)));`;

/** The agent page in a browser, as a reader scrolls and jumps in it. */
export class TimelineInBrowser {
  /** The keys of all entries that came by the API, in the order in which they came. Not those of folds that were opened. */
  readonly received: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly devtools: CDPSession,
  ) {
    // The page may be closed before all of a response is there.
    page.on('response', (response) => void this.receive(response).catch(() => {}));
  }

  /** Resolves when the first entries are seen. @param page a new one. */
  static async open(page: Page, url: string): Promise<TimelineInBrowser> {
    await page.addInitScript(WATCH_FIRST_ENTRY);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable');
    const timeline = new TimelineInBrowser(page, devtools);
    await page.goto(url);
    await timeline.firstEntriesMs();
    return timeline;
  }

  /** In milliseconds since the page was asked for. */
  firstEntriesMs(): Promise<number> {
    return this.page.evaluate('window.firstEntryAt');
  }

  /** Goes to a day by the field for it. Returns after how many milliseconds its entries were painted. */
  jump(day: string): Promise<number> {
    return this.page.evaluate(`new Promise((resolve) => {
      const began = performance.now();
      const isThere = () => document.querySelector('.day[data-day="${day}"] article.entry') !== null;
      const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - began)));
      new MutationObserver((_, observer) => {
        if (!isThere()) return;
        observer.disconnect();
        painted();
      }).observe(document, { childList: true, subtree: true });
      const field = document.querySelector('#date');
      field.value = '${day}';
      field.dispatchEvent(new Event('change', { bubbles: true }));
    })`);
  }

  /**
   * To the end of what is loaded. Resolves when what comes behind it is painted, or nothing does, with how far that has
   * moved what was in sight, in pixels; null: it came before that could be seen.
   */
  scrollToOldest(): Promise<number | null> {
    return this.page.evaluate(`new Promise((resolve) => {
      ${PLACES}
      const last = () => articles().at(-1)?.dataset.key;
      const isEnd = () => document.querySelector('[data-edge="older"] :is(button, p)')?.matches('p') !== false;
      const before = last();
      scroller.scrollTop = scroller.scrollHeight;
      laidOut(() => {
        const isEarly = last() !== before;
        const place = placeInSight();
        until(() => last() !== before || (isEnd() && !isLoading()), () => resolve(isEarly ? null : movedBy(place)));
      });
    })`);
  }

  /**
   * One screen up. Resolves when all that is in sight is there again which had been given up, with how far that has moved
   * what was in sight, in pixels; null: nothing that was in sight is there any more.
   */
  scrollUp(): Promise<number | null> {
    return this.page.evaluate(`new Promise((resolve) => {
      ${PLACES}
      scroller.scrollTop -= 0.8 * scroller.clientHeight;
      const isMissing = () => [...document.querySelectorAll('.given-up')].some((page) =>
        topOf(page) < scroller.clientHeight && topOf(page) + page.offsetHeight > 0);
      laidOut(() => {
        const place = placeInSight();
        until(() => !isMissing() && !isLoading(), () => resolve(place === undefined ? null : movedBy(place)));
      });
    })`);
  }

  /** The keys of the entries in the document, from above. */
  keys(): Promise<string[]> {
    return this.page.evaluate(`[...document.querySelectorAll('article.entry')].map(({ dataset }) => dataset.key)`);
  }

  /** The days of which there are entries in the document, from above, and that at the top of what is in sight. */
  days(): Promise<{ days: string[]; top: string | undefined }> {
    return this.page.evaluate(`(() => {
      ${PLACES}
      const days = [...document.querySelectorAll('.day[data-day]')];
      // Below the head of a day, which sticks to the top.
      const top = days.find((day) => topOf(day) + day.offsetHeight > 1.5 * document.querySelector('.day-head').offsetHeight);
      return { days: days.map(({ dataset }) => dataset.day), top: top?.dataset.day };
    })()`);
  }

  /** Of JavaScript, in MB (10⁶ bytes), without what is garbage. */
  async heapMb(): Promise<number> {
    await this.devtools.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.devtools.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN) / 1_000_000;
  }

  /** How many entries are in the document: events and folds, those of open folds among them. */
  entries(): Promise<number> {
    return this.page.evaluate(`document.querySelectorAll('article.entry').length`);
  }

  private async receive(response: Response): Promise<void> {
    const url = new URL(response.url());
    if (!url.pathname.endsWith('/embed/api/entries') || response.status() !== 200 || url.searchParams.has('within'))
      return;
    const { data } = (await response.json()) as { data: EntriesPage };
    this.received.push(...data.entries.map(keyOf));
  }
}

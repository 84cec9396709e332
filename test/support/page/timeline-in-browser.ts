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

/** What scrolls: where the page is wide, the list of events by itself. */
const SCROLLER = `(document.querySelector('.beside > .list') ?? document.querySelector('.app'))`;

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

  /** To the end of what is loaded. Resolves when what comes behind it is painted, or nothing does. */
  scrollToOldest(): Promise<void> {
    return this.page.evaluate(`new Promise((resolve) => {
      const last = () => [...document.querySelectorAll('article.entry')].at(-1)?.dataset.key;
      const [before, scroller] = [last(), ${SCROLLER}];
      const look = () => {
        const isEnd = document.querySelector('[data-edge="older"] :is(button, .muted)') === null;
        if (last() !== before || isEnd) resolve();
        else requestAnimationFrame(look);
      };
      scroller.scrollTop = scroller.scrollHeight;
      requestAnimationFrame(look);
    })`);
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

import { describe } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { CHROMIUM, CHROMIUM_PLACES } from './installed-chromium.ts';

export { launchChromium } from './installed-chromium.ts';

/** As `describe`, where there is a browser. Where there is none, its tests are skipped, and the run counts them as such. */
export const describeInChromium = (name: string, tests: () => void): void => {
  if (CHROMIUM !== undefined) return describe(name, tests);
  const places = CHROMIUM_PLACES.join(', ');
  describe.skip(`${name} (skipped: there is no Chromium at ${places}; CHROMIUM names another place)`, tests);
};

export interface PageOptions extends BrowserContextOptions {
  /** Statuses that the test brings about, such as 401. Any other response of 400 or more is a fault. */
  readonly refusals?: readonly number[];
}

/** A page that remembers what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /**
   * Errors of scripts and on the console, reports of the policy, dialogs, responses that say that something failed, and
   * requests to another origin than those that may be asked.
   */
  readonly faults: string[];
  /** The addresses of all that was asked for. */
  readonly requests: string[];
}

/** That of Playwright. */
const DEFAULT_VIEWPORT = { width: 1280, height: 720 };

/** What {@link watch} listens to. */
const HEARD = ['weberror', 'console', 'dialog', 'request', 'response'];

const WATCH_POLICY = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
  console.error('policy: ' + violatedDirective + ' ' + blockedURI + ' ' + sample));`;

/** @param origins that may be asked. */
export async function openPage(
  browser: Browser,
  origins: readonly string[],
  { refusals = [], ...options }: PageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  // Before the test's own time is over, so that the failure says what was waited for.
  context.setDefaultTimeout(20_000);
  await context.addInitScript(WATCH_POLICY);
  return watch(await context.newPage(), origins, refusals);
}

/**
 * The page of a test before as if it were new, in a third of the time of a new one. What cannot be taken back is left:
 * a clock, scripts, functions and storage.
 */
export async function reopenPage(
  page: Page,
  origins: readonly string[],
  { refusals = [], viewport }: PageOptions = {},
): Promise<WatchedPage> {
  await page.context().setOffline(false);
  await page.setViewportSize(viewport ?? DEFAULT_VIEWPORT);
  await page.emulateMedia({ colorScheme: null });
  return watch(page, origins, refusals);
}

/** Nothing goes on in it, and nothing is heard of it any more. */
export async function clearPage(page: Page): Promise<void> {
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.goto('about:blank');
  for (const type of HEARD) page.context().removeAllListeners(type);
}

function watch(page: Page, origins: readonly string[], refusals: readonly number[]): WatchedPage {
  const context = page.context();
  const faults: string[] = [];
  const requests: string[] = [];
  context.on('weberror', (error) => faults.push(`script: ${error.error().message}`));
  context.on('console', (message) => {
    // What a refused request writes there by itself is seen at its response.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(`console: ${message.text()}`);
  });
  context.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('request', (request) => {
    const url = request.url();
    requests.push(url);
    const isOwn = origins.some((origin) => url.startsWith(`${origin}/`));
    if (!isOwn && !url.startsWith('data:') && url !== 'about:blank') faults.push(`request: ${url}`);
  });
  context.on('response', (response) => {
    const status = response.status();
    if (status >= 400 && !refusals.includes(status)) faults.push(`response: ${status} ${response.url()}`);
  });
  return { page, context, faults, requests };
}

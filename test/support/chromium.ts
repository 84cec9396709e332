import { existsSync } from 'node:fs';
import { describe, it } from '@jest/globals';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** An installed Chromium; undefined: there is none. Nothing is downloaded. */
const EXECUTABLE = PLACES.find((path) => path !== undefined && existsSync(path));

/** As `describe`, where there is a browser. Where there is none, one skipped test says so. */
export const describeInChromium = (name: string, tests: () => void): void => {
  if (EXECUTABLE !== undefined) return describe(name, tests);
  describe(name, () => it.skip('needs Chromium, which is not installed here (CHROMIUM names another place)', () => {}));
};

export const launchChromium = (...args: string[]): Promise<Browser> =>
  chromium.launch({ executablePath: EXECUTABLE as string, args: ['--no-sandbox', ...args] });

/** A page that remembers what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of scripts and on the console, reports of the policy, and requests to another origin than the service's. */
  readonly faults: string[];
  /** All that was asked for. */
  readonly requests: string[];
}

/** @param origins that may be asked. */
export async function openPage(
  browser: Browser,
  origins: readonly string[],
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // What a refused request writes there by itself is seen at the request.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    requests.push(url);
    const isOwn = origins.some((origin) => url.startsWith(`${origin}/`));
    if (!isOwn && !url.startsWith('data:') && url !== 'about:blank') faults.push(`request: ${url}`);
  });
  return { page, context, faults, requests };
}

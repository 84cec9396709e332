import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where it is looked for. */
export const CHROMIUM_PLACES: readonly string[] =
  process.env.CHROMIUM === undefined
    ? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
    : [process.env.CHROMIUM];

/** Where an installed Chromium is; undefined: there is none. Nothing is downloaded. */
export const CHROMIUM = CHROMIUM_PLACES.find((path) => existsSync(path));

/** Only where there is a {@link CHROMIUM}. */
export const launchChromium = (...args: string[]): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM as string, args: ['--no-sandbox', ...args] });

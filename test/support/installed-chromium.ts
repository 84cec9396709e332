import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where an installed Chromium is; undefined: there is none. Nothing is downloaded. */
export const CHROMIUM = PLACES.find((path) => path !== undefined && existsSync(path));

/** Only where there is a {@link CHROMIUM}. */
export const launchChromium = (...args: string[]): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM as string, args: ['--no-sandbox', ...args] });

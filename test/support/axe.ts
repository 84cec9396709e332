import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The rules that see colours: in the other scheme of colours nothing else changes. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** What axe objects to on a page as it is now: by all its rules, or by those that see colours. */
export async function axeViolations(page: Page, rules: 'all' | 'of colours' = 'all'): Promise<string[]> {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(AXE);
  const options = {
    resultTypes: ['violations'],
    // Would ask again for style sheets; none of them is on another origin.
    preload: false,
    ...(rules === 'all' ? {} : { runOnly: { type: 'rule', values: OF_COLOURS } }),
  };
  return page.evaluate(
    `axe.run(${JSON.stringify(options)}).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`,
  );
}

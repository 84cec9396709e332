import type { Page } from 'playwright-core';

/** The elements that scroll sideways, the page itself among them. */
export const scrolledSideways = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('*')]
    .filter((element) => element.scrollWidth > element.clientWidth && element.checkVisibility())
    .filter((element) => element === document.documentElement || /auto|scroll/.test(getComputedStyle(element).overflowX))
    .map((element) => element.localName + '.' + element.className + ' ' + element.scrollWidth + ' > ' + element.clientWidth)`);

/** How many rows the fields and buttons of the controls take; 0: there are none. */
export const controlRows = (page: Page): Promise<number> =>
  page.evaluate(`new Set([...document.querySelectorAll('.controls :is(input, select, summary, button)')]
    .filter((control) => control.closest('.popover-body') === null)
    .map((control) => { const { top, height } = control.getBoundingClientRect(); return Math.round(top + height / 2); })).size`);

/** Texts of the controls that are not shown whole. */
export const cutControls = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('.controls :is(button, summary, .quiet-shown)')]
    .filter((control) => control.scrollWidth > control.clientWidth)
    .map((control) => control.textContent.trim())`);

/** Resolves when the page has been laid out for its width. */
export async function resize(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  await page.waitForFunction(
    `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(async () => {
      const element = document.querySelector('customer-timeline') ?? document.body;
      await element.updateComplete;
      done(innerWidth === ${width} && element.getBoundingClientRect().width === ${width});
    })))`,
  );
}

import type { TimelineStore } from '../store/state.ts';

/** Where the reader is: an item, and how far it is below the top of what scrolls. */
interface Anchor {
  readonly key: string;
  readonly top: number;
}

const topIn = (scroller: HTMLElement, element: Element) =>
  element.getBoundingClientRect().top - scroller.getBoundingClientRect().top;

const byKey = (scroller: HTMLElement, key: string) =>
  scroller.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);

/** The first item in sight: what is added above must not move it. */
export function anchorOf(scroller: HTMLElement, headerHeight: number): Anchor | null {
  for (const article of scroller.querySelectorAll<HTMLElement>('[data-key]')) {
    const top = topIn(scroller, article);
    if (top + article.offsetHeight > headerHeight) return { key: article.dataset.key ?? '', top };
  }
  return null;
}

/** Puts an item back to where it was. */
export function holdAnchor(scroller: HTMLElement, anchor: Anchor | null): void {
  const article = anchor === null ? null : byKey(scroller, anchor.key);
  if (article === null || anchor === null) return;
  const moved = topIn(scroller, article) - anchor.top;
  if (Math.abs(moved) > 1) scroller.scrollTop += moved;
}

/** Whether all of an item is in sight. */
export function isInSight(scroller: HTMLElement, key: string): boolean {
  const article = byKey(scroller, key);
  if (article === null) return false;
  const top = topIn(scroller, article);
  return top >= 0 && top + article.offsetHeight <= scroller.clientHeight;
}

/** The pages with a part in sight or within two heights of it; and whether the newest end is in sight. */
function pagesNear(scroller: HTMLElement): { near: string[]; isAtNewest: boolean } {
  const height = scroller.clientHeight;
  const near = new Set<string>();
  for (const chunk of scroller.querySelectorAll<HTMLElement>('[data-page]')) {
    const top = topIn(scroller, chunk);
    if (top < 3 * height && top + chunk.offsetHeight > -2 * height) near.add(chunk.dataset.page ?? '');
  }
  return { near: [...near], isAtNewest: scroller.scrollTop < height / 2 };
}

/** The height of each page, by which a button takes its place when it was given up: with the days between its chunks. */
export function pageHeights(scroller: HTMLElement): Map<string, number> {
  const spans = new Map<string, { top: number; bottom: number }>();
  for (const chunk of scroller.querySelectorAll<HTMLElement>('[data-page]:not(.given-up)')) {
    const page = chunk.dataset.page ?? '';
    const { top, bottom } = chunk.getBoundingClientRect();
    spans.set(page, { top: spans.get(page)?.top ?? top, bottom });
  }
  return new Map([...spans].map(([page, { top, bottom }]) => [page, bottom - top]));
}

/** Whether an end of the list is within one height of what is in sight. */
function isEdgeNear(scroller: HTMLElement, end: 'newer' | 'older'): boolean {
  const edge = scroller.querySelector<HTMLElement>(`[data-edge="${end}"]`);
  if (edge === null) return false;
  const top = topIn(scroller, edge);
  return top < 2 * scroller.clientHeight && top + edge.offsetHeight > -scroller.clientHeight;
}

/** Brings an item below what stays at the top. */
export function scrollToKey(scroller: HTMLElement, key: string, headerHeight: number): void {
  const article = byKey(scroller, key);
  if (article !== null) scroller.scrollTop += topIn(scroller, article) - headerHeight;
}

/** Tells the store which pages are near, and loads what one would see next. */
export function lookAround(scroller: HTMLElement, store: TimelineStore): void {
  const { near, isAtNewest } = pagesNear(scroller);
  store.seen(near, isAtNewest && store.state.newer.state === 'end');
  for (const end of ['older', 'newer'] as const) {
    const { state, scannedTo } = store.state[end];
    if (state !== 'more' || scannedTo !== null || !isEdgeNear(scroller, end)) continue;
    // Above, one has to scroll: else a place that was jumped to would move away at once.
    if (end === 'older') store.loadOlder();
    else if (scroller.scrollTop > 0) store.loadNewer();
  }
}

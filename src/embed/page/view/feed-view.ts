import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Edge, FeedItem } from '../store/state.ts';
import { idOf, itemArticle } from './entry-view.ts';
import type { Chunk, Row, Section } from './feed-layout.ts';
import { icon } from './icon.ts';
import { emptyList, skeleton } from './states-view.ts';
import { TEXTS } from './texts.ts';
import type { ViewContext } from './view-context.ts';

const MINUTE = 60_000;

/** What stands in the list: events, or why there are none. */
export function list(context: ViewContext, sections: readonly Section[]) {
  const { status, pages, newEvents, newer, older } = context.state;
  if (status === 'starting') return skeleton();
  const fresh =
    newEvents === 0
      ? nothing
      : html`<button type="button" class="new-events" @click=${() => context.store.showNew()}>
          ${TEXTS.newEvents(newEvents)}
        </button>`;
  const isEmpty = pages.every(({ items, isGivenUp }) => items.length === 0 && !isGivenUp);
  if (isEmpty && newer.state === 'end' && older.state === 'end') return [fresh, emptyList(context)];
  return [fresh, feed(context, sections)];
}

/** The days with their events, and at both ends what leads further. */
function feed(context: ViewContext, sections: readonly Section[]) {
  const { state } = context;
  return html`${edge(context, 'newer', state.newer)}
    <div class="days">
      ${repeat(
        sections,
        ({ key }) => key,
        (section) => sectionView(context, section),
      )}
    </div>
    ${edge(context, 'older', state.older)}`;
}

function sectionView(context: ViewContext, section: Section) {
  if (section.kind === 'ticket') return html`<div class="day">${ticketLine(context)}</div>`;
  if (section.kind === 'given-up') {
    return html`<div class="given-up" data-page=${section.page}>
      <button type="button" class="quiet-button" @click=${() => context.store.showPage(section.page)}>
        ${TEXTS.showPage}
      </button>
    </div>`;
  }
  return daySection(context, section);
}

function daySection(context: ViewContext, { key, day, chunks }: Extract<Section, { kind: 'day' }>) {
  const { state, times } = context;
  const count = state.days.get(day);
  const isBusy = state.newer.state === 'loading' || state.older.state === 'loading';
  let position = 0;
  const chunk = ({ page, rows }: Chunk) =>
    html`<div class="chunk" data-page=${page}>
      ${repeat(rows, keyOfRow, (row) =>
        row.kind === 'ticket' ? ticketLine(context) : guardedItem(context, row.item, (position += 1)),
      )}
    </div>`;
  return html`<div class="day" data-day=${day}>
    <h2 class="day-head" id=${idOf('day', key)}>
      <span>${times.day(day)}</span>${
        count === undefined
          ? nothing
          : html`<span class="count" aria-hidden="true">${count.toLocaleString('en')}</span
              ><span class="unseen">, ${TEXTS.eventsOfDay(count)}</span>`
      }
    </h2>
    <div role="feed" aria-labelledby=${idOf('day', key)} aria-busy=${isBusy}>
      ${repeat(
        chunks,
        ({ page }) => page,
        (each) => chunk(each),
      )}
    </div>
  </div>`;
}

const keyOfRow = (row: Row) => (row.kind === 'ticket' ? 'ticket' : row.item.key);

/** Of a thousand entries only those are rendered again for which something has changed. */
function guardedItem(context: ViewContext, item: FeedItem, position: number) {
  const { state, now, times, isBeside, selectedId, activeKey, copied } = context;
  const { key, entry } = item;
  const fold = entry.kind === 'event' ? undefined : state.folds.get(key);
  const isOpen = entry.kind === 'event' && state.details.has(entry.id);
  const minute = state.head?.session.at ? 0 : Math.floor(now / MINUTE);
  const changing = isOpen || fold !== undefined ? [state.details, copied, activeKey, selectedId] : [activeKey === key];
  return guard([item, position, fold, isOpen, minute, times, isBeside, state.head, ...changing], () =>
    itemArticle(context, item, position),
  );
}

function ticketLine({ state, times }: ViewContext) {
  const at = state.head?.session.at ?? '';
  const text = TEXTS.ticketOpened(times.clock(at));
  return html`<article class="ticket" data-key="ticket" tabindex="-1" aria-label=${text}>
    <span>${icon('ticket')}<time datetime=${at}>${text}</time></span>
  </article>`;
}

function edge(context: ViewContext, end: 'newer' | 'older', { state, scannedTo }: Edge) {
  const { store, times, now } = context;
  const load = () => (end === 'newer' ? store.loadNewer() : store.loadOlder());
  return html`<div class="edge ${end}" data-edge=${end}>${content()}</div>`;

  function content() {
    if (state === 'loading')
      return html`<p class="muted">${end === 'newer' ? TEXTS.loadingNewer : TEXTS.loadingOlder}</p>`;
    if (state === 'failed') {
      return html`<p class="notice">
        ${TEXTS.loadFailed} <button type="button" class="button" @click=${load}>${TEXTS.tryAgain}</button>
      </p>`;
    }
    if (state === 'end') return end === 'older' && hasItems(context) ? beginning(context) : nothing;
    if (scannedTo !== null) {
      const day = times.dayOfSearch(scannedTo, now);
      return html`<p class="muted">${end === 'older' ? TEXTS.searchedBackTo(day) : TEXTS.searchedUpTo(day)}</p>
        <button type="button" class="button" @click=${load}>${TEXTS.goOn}</button>`;
    }
    return html`<button type="button" class="quiet-button" @click=${load}>
      ${end === 'newer' ? TEXTS.loadNewer : TEXTS.loadOlder}
    </button>`;
  }
}

const hasItems = ({ state }: ViewContext) => state.pages.some(({ items, isGivenUp }) => isGivenUp || items.length > 0);

const beginning = ({ state: { filters } }: ViewContext) =>
  filters.find === '' && filters.types.length === 0 ? html`<p class="muted">${TEXTS.theBeginning}</p>` : nothing;

import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { EventEntry, QuietEntry, RunEntry } from '../api/types.ts';
import type { FeedItem, FeedPage, OpenFold } from '../store/state.ts';
import { detailBody } from './detail-view.ts';
import { icon, iconOfRule, severityMark } from './icon.ts';
import { TEXTS } from './texts.ts';
import { relativeText } from './times.ts';
import type { ViewContext } from './view-context.ts';

const MAX_TYPES_OF_FOLD = 4;

/** The id in the document of what belongs to an item. A space would end it in `aria-labelledby`, a list of ids. */
export const idOf = (what: string, key: string) => `${what}-${key.replace(/\s/g, '-')}`;

/** One stop of the keyboard: an event or a fold. */
export function itemArticle(context: ViewContext, { key, entry }: FeedItem, position: number): TemplateResult {
  return entry.kind === 'event'
    ? eventArticle(context, key, entry, position)
    : foldArticle(context, key, entry, position);
}

function eventArticle(context: ViewContext, key: string, entry: EventEntry, position: number) {
  const { display, id } = entry;
  const detail = context.state.details.get(id);
  const isInline = detail !== undefined && !context.isBeside;
  const isSelected = detail !== undefined && context.isBeside && context.selectedId === id;
  return html`<article
    class="entry ${isInline ? 'open' : ''} ${isSelected ? 'selected' : ''} ${display.quiet ? 'is-quiet' : ''}"
    data-key=${key}
    data-event=${id}
    tabindex=${context.activeKey === key ? 0 : -1}
    aria-labelledby=${idOf('title', key)}
    aria-posinset=${position}
    aria-setsize="-1"
  >
    <div class="row" @click=${() => context.act.toggleEvent(id)}>
      <time class="clock" datetime=${entry.occurredAt}>${context.times.clock(entry.occurredAt)}</time>
      ${severityMark(display.severity)}
      <div class="body">
        <button
          type="button"
          class="title"
          id=${idOf('title', key)}
          tabindex="-1"
          dir="auto"
          aria-expanded=${isInline || isSelected}
        >
          ${display.severity === 'info' ? nothing : html`<span class="unseen">${TEXTS.severity[display.severity]}: </span>`}${iconOfRule(display.icon)}${display.title}
        </button>
        ${isInline ? nothing : fieldLine(entry)}
      </div>
      <span class="when">${relativeText(entry.occurredAt, context.state.head?.session.at ?? null, context.now)}</span>
    </div>
    ${isInline ? detailBody(context, entry, detail) : nothing}
  </article>`;
}

/** The first fields, in one line. */
const fieldLine = ({ display }: EventEntry) =>
  display.fields.length === 0
    ? nothing
    : html`<div class="field-line">
        ${display.fields.slice(0, 3).map(({ label, value }) => html`<span dir="auto" title=${label}>${value}</span>`)}
      </div>`;

function foldArticle(context: ViewContext, key: string, entry: RunEntry | QuietEntry, position: number) {
  const open = context.state.folds.get(key);
  const { times } = context;
  return html`<article
      class="entry fold ${open === undefined ? '' : 'open'}"
      data-key=${key}
      tabindex=${context.activeKey === key ? 0 : -1}
      aria-labelledby=${idOf('title', key)}
      aria-posinset=${position}
      aria-setsize="-1"
    >
      <div class="row" @click=${() => context.act.toggleFold(key)}>
        <time class="clock" datetime=${entry.last}>${times.clock(entry.last)}</time>
        ${
          entry.kind === 'run'
            ? severityMark(entry.display.severity)
            : html`<span class="mark info">${icon('ellipsis')}</span>`
        }
        <div class="body">
          <button
            type="button"
            class="title ${entry.kind === 'quiet' ? 'muted' : ''}"
            id=${idOf('title', key)}
            tabindex="-1"
            dir="auto"
            aria-expanded=${open !== undefined}
          >
            ${foldTitle(entry)}
          </button>
          <div class="field-line"><span>${times.clock(entry.first)} – ${times.clock(entry.last)}</span></div>
        </div>
        <span class="when fold-mark">${icon('chevron-right')}</span>
      </div>
    </article>
    ${open === undefined ? nothing : foldEvents(context, key, open, position)}`;
}

function foldTitle(entry: RunEntry | QuietEntry) {
  const text = entry.kind === 'run' ? TEXTS.times(entry.display.title, entry.count) : quietTitle(entry);
  return html`${entry.kind === 'run' ? iconOfRule(entry.display.icon) : nothing}${entry.more ? TEXTS.atLeast(text) : text}`;
}

function quietTitle({ types, count }: QuietEntry): string {
  const named = types.slice(0, MAX_TYPES_OF_FOLD).map((type) => TEXTS.times(type.title, type.count));
  const rest = count - types.slice(0, MAX_TYPES_OF_FOLD).reduce((sum, type) => sum + type.count, 0);
  return [...named, ...(rest > 0 ? [TEXTS.quietSum(rest)] : [])].join(', ');
}

function foldEvents(context: ViewContext, key: string, { status, pages, hasMore }: OpenFold, position: number) {
  const more = () => context.store.loadMoreOfFold(key);
  return html`<div class="fold-events">
    ${repeat(
      pages,
      (page) => page.key,
      (page) => foldPage(context, page, position),
    )}
    ${status === 'loading' ? loadLine(TEXTS.loading) : nothing}
    ${status === 'failed' ? loadButton(TEXTS.tryAgain, more) : nothing}
    ${status === 'loaded' && hasMore ? loadButton(TEXTS.loadMore, more) : nothing}
  </div>`;
}

function foldPage(context: ViewContext, { key, items, isGivenUp }: FeedPage, position: number) {
  if (isGivenUp) {
    return html`<article class="given-up" data-page=${key} aria-label=${TEXTS.showPage}>
      <button type="button" class="quiet-button" @click=${() => context.store.showPage(key)}>${TEXTS.showPage}</button>
    </article>`;
  }
  return html`<div data-page=${key}>${items.map((item) => itemArticle(context, item, position))}</div>`;
}

/** In a feed there may be nothing but articles, so these are some too. */
const loadLine = (text: string) => html`<article class="load muted" aria-label=${text}>${text}</article>`;

const loadButton = (label: string, load: () => void) =>
  html`<article class="load" aria-label=${label}>
    <button type="button" class="quiet-button" @click=${load}>${label}</button>
  </article>`;

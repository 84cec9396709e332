import { html, nothing } from 'lit';
import type { EventEntry } from '../api/types.ts';
import { controls, rail } from './controls-view.ts';
import { detailBeside } from './detail-view.ts';
import type { Section } from './feed-layout.ts';
import { list } from './feed-view.ts';
import { attentionList, customerLine } from './head-view.ts';
import { foot, helpDialog, problemBanner } from './states-view.ts';
import { TEXTS } from './texts.ts';
import type { ViewContext } from './view-context.ts';

interface Handlers {
  readonly onScroll: () => void;
  readonly onClick: (event: Event) => void;
  /** Of the list of events. */
  readonly onKey: (event: KeyboardEvent) => void;
  readonly onFocus: (event: FocusEvent) => void;
  readonly onDetailKey: (event: KeyboardEvent) => void;
}

/** What stands where; the style sheet puts it into columns. */
export function page(
  context: ViewContext,
  sections: readonly Section[],
  selected: EventEntry | null,
  { onScroll, onClick, onKey, onFocus, onDetailKey }: Handlers,
) {
  const { isBeside, hasRail, state } = context;
  const { head } = state;
  const detail = selected === null ? undefined : state.details.get(selected.id);
  const beside = () =>
    html`<aside class="detail" tabindex="0" aria-label=${TEXTS.detail} @keydown=${onDetailKey}>
      ${detailBeside(context, selected, detail)}
    </aside>`;
  return html`<div
    class="app ${isBeside ? 'beside' : ''} ${hasRail ? 'with-rail' : ''}"
    @scroll=${onScroll}
    @click=${onClick}
  >
    <div class="top">
      ${head === null ? nothing : [customerLine(context, head), attentionList(context, head)]}${problemBanner(context)}
    </div>
    ${head === null ? nothing : controls(context)}${hasRail && head !== null ? rail(context) : nothing}
    <main class="list" aria-label=${TEXTS.feed} @scroll=${onScroll} @keydown=${onKey} @focusin=${onFocus}>
      ${list(context, sections)}
    </main>
    ${isBeside && head !== null ? beside() : nothing} ${foot(context)} ${helpDialog(context)}
    <div class="unseen" role="status">${context.said}</div>
  </div>`;
}

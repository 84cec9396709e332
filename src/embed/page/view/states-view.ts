import { html, nothing } from 'lit';
import type { Problem } from '../store/state.ts';
import { copyButton } from './copy.ts';
import { firstEventCommand } from './event-reference.ts';
import { icon } from './icon.ts';
import { problemCode, problemText, retryText } from './problem-text.ts';
import { TEXTS } from './texts.ts';
import { agoText } from './times.ts';
import type { ViewContext } from './view-context.ts';

/** Grey lines where events will stand: shown by the style sheet after 200 ms, so that quick answers do not flicker. */
export const skeleton = () =>
  html`<div class="skeleton" role="status">
    <h1 class="unseen">${TEXTS.loadingTimeline}</h1>
    ${[1, 2, 3, 4, 5, 6].map(() => html`<div class="skeleton-row" aria-hidden="true"><i></i><i></i><i></i></div>`)}
  </div>`;

/** Of a problem that ends the page. */
export function problemPage(problem: Problem) {
  const { title, text } = problemText(problem);
  return html`<main class="message">
    ${icon('circle-alert')}
    <h1>${title}</h1>
    <p>${text}</p>
    <p class="code">${problemCode(problem)}</p>
  </main>`;
}

/** Above what is there, while it cannot be brought up to date. */
export function problemBanner({ state, store, times, now }: ViewContext) {
  const { problem, updatedAt } = state;
  if (problem === null) return nothing;
  const { title, text, canRetry } = problemText(problem);
  const since = updatedAt === null ? null : `last updated ${times.clock(new Date(updatedAt).toISOString())}`;
  const what = [since, retryText(problem, now)].filter((part) => part !== null).join(', ');
  return html`<section class="banner" aria-label=${title}>
    ${icon(problem.kind === 'offline' ? 'wifi-off' : 'triangle-alert')}
    <div>
      <strong>${title}</strong>${what === '' ? nothing : html` · <span>${what}</span>`}
      <p>${text} <span class="code">${problemCode(problem)}</span></p>
    </div>
    ${canRetry ? html`<button type="button" class="button" @click=${() => store.retry()}>${TEXTS.tryAgain}</button>` : nothing}
  </section>`;
}

/** Why the list is empty, and what to do. */
export function emptyList(context: ViewContext) {
  const { state, act } = context;
  const { find, types, quiet } = state.filters;
  const titles = types.map((type) => state.head?.types.find((known) => known.type === type)?.title ?? type);
  const filters = [
    ...(find === '' ? [] : [TEXTS.filterFind(find)]),
    ...(types.length === 0 ? [] : [TEXTS.filterTypes(titles.join(', '))]),
    ...(quiet === 'hide' ? [TEXTS.filterQuiet] : []),
  ];
  if (filters.length === 0) return noEvents(context);
  return html`<div class="message">
    ${icon('search')}
    <h2>${TEXTS.nothingMatches}</h2>
    <ul class="filter-names">
      ${filters.map((name) => html`<li dir="auto">${name}</li>`)}
    </ul>
    <button type="button" class="button" @click=${() => act.clear()}>${TEXTS.clearFilters}</button>
  </div>`;
}

function noEvents(context: ViewContext) {
  const { head } = context.state;
  const now = new Date(Math.floor(context.now / 60_000) * 60_000).toISOString();
  const command = firstEventCommand(location.origin, head?.customer.externalId ?? '', now);
  return html`<div class="message">
    ${icon('inbox')}
    <h2>${TEXTS.noEvents}</h2>
    <p>${TEXTS.noEventsHelp}</p>
    <div class="payload command">
      <pre dir="ltr"><code>${command}</code></pre>
      ${copyButton(context, { what: 'command', text: command, label: TEXTS.copyCommand })}
    </div>
  </div>`;
}

/** In which zone times are, how old the list is, and the keyboard. */
export function foot({ state, times, now, act }: ViewContext) {
  return html`<footer class="foot">
    <span
      >${TEXTS.timesIn(state.timeZone, times.offset(Date.parse(state.head?.session.at ?? '') || now))}${
        state.updatedAt === null ? nothing : ` · ${TEXTS.updatedAgo(agoText(state.updatedAt, now))}`
      }</span
    >
    <button type="button" id="keyboard" class="quiet-button" @click=${() => act.showHelp()}>
      ${icon('keyboard')}${TEXTS.keyboard}
    </button>
  </footer>`;
}

/** What the keys do, and their switch. */
export function helpDialog({ hasCharacterKeys, act }: ViewContext) {
  return html`<dialog id="help" aria-labelledby="help-title">
    <form method="dialog">
      <div class="detail-head">
        <h2 id="help-title">${TEXTS.keyboardTitle}</h2>
        <button class="icon-button" aria-label=${TEXTS.close} title=${TEXTS.close}>${icon('x')}</button>
      </div>
      <dl class="keys">
        ${TEXTS.keys.map(
          ([key, what]) =>
            html`<div>
              <dt><kbd>${key}</kbd></dt>
              <dd>${what}</dd>
            </div>`,
        )}
      </dl>
      <label class="type-choice"
        ><input
          type="checkbox"
          .checked=${hasCharacterKeys}
          @change=${(event: Event) => act.setCharacterKeys((event.target as HTMLInputElement).checked)}
        />${TEXTS.keyboardSwitch}</label
      >
    </form>
  </dialog>`;
}

import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { live } from 'lit/directives/live.js';
import type { QuietMode, TypeOfHead } from '../api/types.ts';
import { localDays } from '../store/local-day.ts';
import { icon, severityMark } from './icon.ts';
import type { IconName } from './icon-shapes.ts';
import { TEXTS } from './texts.ts';
import type { ViewContext } from './view-context.ts';

const MAX_TYPES_SHOWN = 100;
/** From so many types on, there is a field to find one. */
const MANY_TYPES = 12;
const MAX_DAYS_SHOWN = 60;
/** `3.9K`: in English, as all texts. */
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact' });
const MODES: readonly QuietMode[] = ['fold', 'show', 'hide'];

type Field = HTMLInputElement | HTMLSelectElement;
const valueOf = (event: Event) => (event.target as Field).value;

/** What narrows the list, and what leads to a place in it. On a narrow page all from the types on is a second row. */
export function controls(context: ViewContext) {
  const { state, store, hasRail, act } = context;
  const hasFilters = state.filters.find !== '' || state.filters.types.length > 0 || state.filters.quiet === 'hide';
  return html`<div class="controls" role="search" aria-label=${TEXTS.find}>
    <label class="find"
      ><span class="unseen">${TEXTS.find}</span>${icon('search')}<input
        id="find"
        type="search"
        maxlength="200"
        autocomplete="off"
        spellcheck="false"
        placeholder=${TEXTS.findPlaceholder}
        .value=${live(context.typed ?? state.filters.find)}
        @input=${(event: Event) => act.find(valueOf(event))}
    /></label>
    ${hasFilters ? jump('x', TEXTS.clearFilters, () => act.clear()) : nothing} ${dateInput(context)}
    <div class="buttons">
      ${hasRail ? nothing : typesPopover(context)} ${quietSelect(context)}
      ${state.head?.session.at ? jump('ticket', TEXTS.toTicket, () => store.goToTicket()) : nothing}
      ${jump('arrow-up-to-line', TEXTS.newest, () => store.goToNewest())}
    </div>
  </div>`;
}

/** On a narrow page only its icon is seen. */
const jump = (name: IconName, label: string, go: () => void) =>
  html`<button type="button" class="button" title=${label} @click=${go}>
    ${icon(name)}<span class="jump-label">${label}</span>
  </button>`;

function typesPopover(context: ViewContext) {
  const { types } = context.state.filters;
  return html`<details class="popover" id="types" @keydown=${closeOnEscape} @focusout=${closeWhenLeft}>
    <summary class="button ${types.length > 0 ? 'chosen' : ''}">
      ${icon('list-filter')}${types.length > 0 ? TEXTS.typesChosen(types.length) : TEXTS.types}${icon('chevron-down')}
    </summary>
    <div class="popover-body">${typeList(context)}</div>
  </details>`;
}

function closeOnEscape(event: KeyboardEvent) {
  if (event.key !== 'Escape') return;
  const details = event.currentTarget as HTMLDetailsElement;
  details.open = false;
  details.querySelector('summary')?.focus();
}

function closeWhenLeft(event: FocusEvent) {
  const details = event.currentTarget as HTMLDetailsElement;
  if (event.relatedTarget instanceof Node && !details.contains(event.relatedTarget)) details.open = false;
}

/** The types with their counts, to be chosen from. */
export function typeList(context: ViewContext) {
  const { state, store, typeFilter, act } = context;
  const all = state.head?.types ?? [];
  const countedEvents = state.head?.countedEvents ?? null;
  if (all.length === 0) return html`<p class="muted">${TEXTS.noTypes}</p>`;
  const looked = typeFilter.trim().toLowerCase();
  const fitting = all.filter(({ type, title }) => `${type}\n${title}`.toLowerCase().includes(looked));
  const chosen = new Set(state.filters.types);
  const choose = (type: string, isOn: boolean) =>
    store.setTypes(isOn ? [...chosen, type] : [...chosen].filter((other) => other !== type));
  return html`${
      all.length < MANY_TYPES
        ? nothing
        : html`<input
            type="search"
            class="type-filter"
            aria-label=${TEXTS.typesFilter}
            placeholder=${TEXTS.typesFilter}
            .value=${live(typeFilter)}
            @input=${(event: Event) => act.filterTypes(valueOf(event))}
          />`
    }
    <div role="group" aria-label=${TEXTS.types} class="type-list">
      ${fitting.slice(0, MAX_TYPES_SHOWN).map((type) => typeChoice(type, chosen.has(type.type), choose))}
    </div>
    ${
      fitting.length > MAX_TYPES_SHOWN
        ? html`<p class="muted">${TEXTS.typesLeftOut(fitting.length - MAX_TYPES_SHOWN)}</p>`
        : nothing
    }
    ${countedEvents === null ? nothing : html`<p class="muted">${TEXTS.countedEvents(countedEvents)}</p>`}
    ${
      chosen.size === 0
        ? nothing
        : html`<button type="button" class="quiet-button" @click=${() => store.setTypes([])}>${TEXTS.allTypes}</button>`
    }`;
}

const typeChoice = (
  { type, title, severity, count }: TypeOfHead,
  isChosen: boolean,
  choose: (type: string, isOn: boolean) => void,
) =>
  html`<label class="type-choice" title=${type}
    ><input
      type="checkbox"
      .checked=${live(isChosen)}
      @change=${(event: Event) => choose(type, (event.target as HTMLInputElement).checked)}
    />${severityMark(severity)}<span class="cut" dir="auto">${title}</span
    ><span class="count">${count.toLocaleString('en')}</span></label
  >`;

/** While a year is typed, browsers give the years 2, 20 and 202 before 2026. Whoever types 9999 does not look for an event. */
const WHOLE_DAY = /^[12]\d{3}-\d\d-\d\d$/;

function dateInput({ state, store }: ViewContext) {
  const first = state.head?.firstOccurredAt;
  return html`<label class="date"
    ><span class="unseen">${TEXTS.date}</span
    ><input
      id="date"
      type="date"
      min=${guard([first, state.timeZone], () => (first ? localDays(state.timeZone)(first) : nothing))}
      max="2999-12-31"
      @change=${(event: Event) => {
        if (WHOLE_DAY.test(valueOf(event))) store.goToDay(valueOf(event));
      }}
  /></label>`;
}

/** A select shows the whole text of its option or cuts it: on a narrow page a short text stands over it. */
function quietSelect({ state, store }: ViewContext) {
  const quiet = (state.head?.types ?? []).filter(({ quiet, hidden }) => quiet && !hidden);
  const count = quiet.reduce((sum, type) => sum + type.count, 0);
  return html`<label class="quiet"
    ><span class="unseen">${TEXTS.quiet}</span
    ><span class="button quiet-shown" aria-hidden="true"
      >${icon('ellipsis')}<span class="quiet-text"
        ><span>${COMPACT.format(count)}</span><span>${TEXTS.quietModes[state.filters.quiet]}</span></span
      >${icon('chevron-down')}</span
    ><select @change=${(event: Event) => store.setQuiet(valueOf(event) as QuietMode)}>
      ${MODES.map(
        (mode) =>
          html`<option value=${mode} .selected=${state.filters.quiet === mode}>
            ${TEXTS.quietOption(count, TEXTS.quietModes[mode])}
          </option>`,
      )}
    </select></label
  >`;
}

/** Types and days, where there is room for them. */
export function rail(context: ViewContext) {
  const { state, store, times } = context;
  const days = [...state.days].slice(0, MAX_DAYS_SHOWN);
  return html`<nav class="rail" aria-label=${`${TEXTS.types}, ${TEXTS.days}`}>
    <h2>${TEXTS.types}</h2>
    ${typeList(context)}
    ${
      days.length === 0
        ? nothing
        : html`<h2>${TEXTS.days}</h2>
            <ul class="day-list">
              ${days.map(
                ([day, count]) =>
                  html`<li>
                    <button type="button" @click=${() => store.goToDay(day)}>
                      <span>${times.day(day)}</span><span class="count">${count.toLocaleString('en')}</span>
                    </button>
                  </li>`,
              )}
            </ul>`
    }
  </nav>`;
}

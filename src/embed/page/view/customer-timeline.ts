import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { EventEntry } from '../api/types.ts';
import type { TimelineState, TimelineStore } from '../store/state.ts';
import { announcement } from './announcements.ts';
import { controls, rail } from './controls-view.ts';
import { copyText } from './copy.ts';
import { detailBeside, sharedText } from './detail-view.ts';
import { safeLink } from './event-reference.ts';
import { feedSections, ticketKey, walkedKeys, type Section } from './feed-layout.ts';
import { feed } from './feed-view.ts';
import { attentionList, customerLine } from './head-view.ts';
import { commandOf, type Command } from './keys.ts';
import { problemText } from './problem-text.ts';
import { anchorOf, holdAnchor, isEdgeNear, pageHeights, pagesNear, scrollToKey } from './scrolling.ts';
import { emptyList, foot, helpDialog, problemBanner, problemPage, skeleton } from './states-view.ts';
import { TEXTS } from './texts.ts';
import { Times } from './times.ts';
import type { ViewActions, ViewContext } from './view-context.ts';

const BESIDE_FROM = 720;
const RAIL_FROM = 1_100;
const TICK_MS = 5_000;
const FIND_AFTER_MS = 250;
const COPIED_FOR_MS = 2_000;

/**
 * The timeline of one customer, in full size. `store` is set from outside; until then a skeleton is shown. The attribute
 * `theme` is `light`, `dark` or `auto` (the default: as the system has it). It renders without a shadow root: the style
 * sheet of the page applies, and the page's own search finds all texts.
 */
export class CustomerTimeline extends LitElement implements ViewActions {
  static override properties = {
    store: { attribute: false },
    theme: { type: String, reflect: true },
    ...Object.fromEntries(
      ['width', 'activeKey', 'selectedId', 'copied', 'typed', 'typeFilter', 'hasCharacterKeys', 'said'].map((name) => [
        name,
        { state: true },
      ]),
    ),
  };

  declare store: TimelineStore | undefined;
  declare theme: string | undefined;
  declare protected width: number;
  declare protected activeKey: string | null;
  declare protected selectedId: string | null;
  declare protected copied: string | null;
  declare protected typed: string | null;
  declare protected typeFilter: string;
  declare protected hasCharacterKeys: boolean;
  declare protected said: string;

  #times = new Times('en', 'UTC');
  #sections: readonly Section[] = [];
  #before: TimelineState | null = null;
  #anchor: ReturnType<typeof anchorOf> = null;
  #heights = new Map<string, number>();
  #selected: EventEntry | null = null;
  #unsubscribe: (() => void) | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #finding: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;
  readonly #resizing = new ResizeObserver(([entry]) => (this.width = entry?.contentRect.width ?? 0));

  constructor() {
    super();
    this.width = 0;
    this.activeKey = this.selectedId = this.copied = this.typed = null;
    this.typeFilter = this.said = '';
    this.hasCharacterKeys = true;
  }

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.#resizing.observe(this);
    this.#subscribe();
    let ticks = 0;
    this.#ticking = setInterval(() => {
      ticks += 1_000;
      if (ticks % TICK_MS === 0 || this.store?.state.problem) this.requestUpdate();
    }, 1_000);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#resizing.disconnect();
    this.#unsubscribe?.();
    clearInterval(this.#ticking);
    clearTimeout(this.#finding);
  }

  #subscribe() {
    this.#unsubscribe?.();
    this.#unsubscribe = this.store?.subscribe(() => this.requestUpdate());
  }

  protected override willUpdate(changed: PropertyValues) {
    if (changed.has('store')) this.#subscribe();
    const state = this.store?.state;
    if (state === undefined) return;
    if (this.#times.locale !== state.locale || this.#times.timeZone !== state.timeZone) {
      this.#times = new Times(state.locale, state.timeZone);
    }
    if (this.typed === state.filters.find) this.typed = null;
    const scroller = this.#scroller();
    this.#anchor = scroller === null || scroller.scrollTop === 0 ? null : anchorOf(scroller, this.#headerHeight());
    for (const [page, height] of scroller === null ? [] : pageHeights(scroller)) this.#heights.set(page, height);
    if (state !== this.#before) this.#arrange(state);
  }

  #arrange(state: TimelineState) {
    this.#sections = feedSections(state.pages, ticketKey(state));
    const target = state.target !== this.#before?.target ? state.target : null;
    if (target?.kind === 'event' && target.key !== null)
      this.selectedId = this.#entry(target.key)?.id ?? this.selectedId;
    if (this.selectedId !== null && !state.details.has(this.selectedId)) this.selectedId = null;
    if (this.selectedId === null) this.selectedId = [...state.details.keys()].at(-1) ?? null;
    const selected = this.#entries().find(({ id }) => id === this.selectedId);
    this.#selected = selected ?? (this.#selected?.id === this.selectedId ? this.#selected : null);
    const keys = walkedKeys(this.#sections, state.folds);
    if (target?.key) this.activeKey = target.key;
    if (this.activeKey === null || !keys.includes(this.activeKey)) this.activeKey = keys[0] ?? null;
    this.said = announcement(this.#before, state) ?? this.said;
  }

  protected override updated() {
    const scroller = this.#scroller();
    const state = this.store?.state;
    if (state === undefined) return;
    const hasTarget = state.target !== null && state.target !== this.#before?.target;
    this.#before = state;
    if (scroller === null) return;
    for (const button of scroller.querySelectorAll<HTMLElement>('.given-up')) {
      button.style.setProperty('min-block-size', `${this.#heights.get(button.dataset.page ?? '') ?? 200}px`);
    }
    this.style.setProperty('--controls-height', `${this.#controlsHeight()}px`);
    if (hasTarget) this.#goToTarget(scroller, state);
    else holdAnchor(scroller, this.#anchor);
    this.#look();
  }

  #goToTarget(scroller: HTMLElement, { target }: TimelineState) {
    if (target === null) return;
    const key = target.kind === 'ticket' && this.querySelector('[data-key="ticket"]') ? 'ticket' : target.key;
    if (key === null) scroller.scrollTop = 0;
    else scrollToKey(scroller, key, this.#headerHeight());
  }

  /** Looks, at most once in a frame, at what is near: loads what comes next, and tells the store. */
  readonly #look = () => {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const scroller = this.#scroller();
      const store = this.store;
      if (scroller === null || store === undefined || store.state.status !== 'ready') return;
      const { near, isAtNewest } = pagesNear(scroller);
      store.seen(near, isAtNewest && store.state.newer.state === 'end');
      for (const end of ['older', 'newer'] as const) {
        const { state, scannedTo } = store.state[end];
        if (state !== 'more' || scannedTo !== null || !isEdgeNear(scroller, end)) continue;
        // Above, one has to scroll: else a place that was jumped to would move away at once.
        if (end === 'older') store.loadOlder();
        else if (scroller.scrollTop > 0) store.loadNewer();
      }
      for (const gap of scroller.querySelectorAll<HTMLElement>('.given-up')) {
        if (near.includes(gap.dataset.page ?? '')) store.showPage(gap.dataset.page ?? '');
      }
    });
  };

  #scroller = () => this.querySelector<HTMLElement>(this.#isBeside() ? '.list' : '.app');
  #isBeside = () => this.width >= BESIDE_FROM;
  #controlsHeight = () => (this.#isBeside() ? 0 : (this.querySelector<HTMLElement>('.controls')?.offsetHeight ?? 0));
  #headerHeight = () => this.#controlsHeight() + (this.querySelector<HTMLElement>('.day-head')?.offsetHeight ?? 0);
  #article = (key: string) => this.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);

  #entries(): EventEntry[] {
    const { pages, folds } = (this.store as TimelineStore).state;
    const items = [...pages.flatMap((page) => page.items), ...[...folds.values()].flatMap(({ events }) => events)];
    return items.map(({ entry }) => entry).filter((entry) => entry.kind === 'event');
  }

  #entry(key: string): EventEntry | undefined {
    return this.#entries().find(({ id }) => id === (this.#article(key)?.dataset.event ?? key));
  }

  #context(store: TimelineStore): ViewContext {
    const { activeKey, selectedId, copied, typed, typeFilter, hasCharacterKeys } = this;
    return {
      ...{ state: store.state, store, times: this.#times, now: Date.now(), act: this },
      ...{ isBeside: this.#isBeside(), hasRail: this.width >= RAIL_FROM },
      ...{ activeKey, selectedId, copied, typed, typeFilter, hasCharacterKeys },
    };
  }

  override render() {
    const { store } = this;
    if (store === undefined) return html`<main class="app">${skeleton()}</main>`;
    const { status, head, problem } = store.state;
    if (problem !== null && status === 'ended' && (head === null || problemText(problem).hidesTimeline)) {
      return problemPage(problem);
    }
    const context = this.#context(store);
    return html`<div
      class="app ${context.isBeside ? 'beside' : ''} ${context.hasRail ? 'with-rail' : ''}"
      @scroll=${this.#look}
    >
      <div class="top">
        ${head === null ? nothing : [customerLine(context, head), attentionList(context, head)]}${problemBanner(context)}
      </div>
      ${head === null ? nothing : controls(context)}${context.hasRail && head !== null ? rail(context) : nothing}
      <main
        class="list"
        aria-label=${TEXTS.feed}
        @scroll=${this.#look}
        @keydown=${this.#onKey}
        @focusin=${this.#onFocus}
      >
        ${this.#list(context)}
      </main>
      ${context.isBeside && head !== null ? this.#beside(context) : nothing} ${foot(context)} ${helpDialog(context)}
      <div class="unseen" role="status">${this.said}</div>
    </div>`;
  }

  #list(context: ViewContext) {
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
    return [fresh, feed(context, this.#sections)];
  }

  #beside(context: ViewContext) {
    const detail = this.selectedId === null ? undefined : context.state.details.get(this.selectedId);
    return html`<aside class="detail" tabindex="0" aria-label=${TEXTS.detail} @keydown=${this.#onDetailKey}>
      ${detailBeside(context, this.#selected, detail)}
    </aside>`;
  }

  // What people do

  toggleEvent(id: string) {
    const { store } = this;
    if (store === undefined) return;
    const isOpen = store.state.details.has(id);
    if (isOpen && (!this.#isBeside() || this.selectedId === id)) return store.closeEvent(id);
    // Beside the list there is room for one.
    if (this.#isBeside()) for (const other of store.state.details.keys()) if (other !== id) store.closeEvent(other);
    this.selectedId = id;
    store.openEvent(id);
  }

  toggleFold(key: string) {
    const { store } = this;
    if (store?.state.folds.has(key)) store.closeFold(key);
    else store?.openFold(key);
  }

  activate(key: string) {
    this.activeKey = key;
    void this.updateComplete.then(() => this.#article(key)?.focus());
  }

  async copy(what: string, text: string) {
    const isCopied = await copyText(text);
    this.said = isCopied ? TEXTS.copied : TEXTS.notCopied;
    if (!isCopied) return;
    this.copied = what;
    setTimeout(() => (this.copied = this.copied === what ? null : this.copied), COPIED_FOR_MS);
  }

  find(text: string) {
    this.typed = text;
    clearTimeout(this.#finding);
    this.#finding = setTimeout(() => this.store?.find(text), FIND_AFTER_MS);
  }

  filterTypes(text: string) {
    this.typeFilter = text;
  }

  clear() {
    clearTimeout(this.#finding);
    this.typed = null;
    this.store?.clearFilters();
  }

  showHelp() {
    this.querySelector<HTMLDialogElement>('#help')?.showModal();
  }

  setCharacterKeys(isOn: boolean) {
    this.hasCharacterKeys = isOn;
  }

  readonly #onFocus = ({ target }: FocusEvent) => {
    const key = (target as Element).closest<HTMLElement>('[data-key]')?.dataset.key;
    if (key !== undefined && key !== 'ticket') this.activeKey = key;
  };

  readonly #onDetailKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && this.activeKey !== null) this.activate(this.activeKey);
  };

  readonly #onKey = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const key = target.closest<HTMLElement>('[data-key]')?.dataset.key;
    const command = commandOf(event, this.hasCharacterKeys);
    if (key === undefined || command === null || target.matches('input, select, textarea')) return;
    if (command === 'toggle' && target.matches('button, a')) return;
    event.preventDefault();
    this.#do(command, key);
  };

  #do(command: Command, key: string) {
    const keys = walkedKeys(this.#sections, this.store?.state.folds ?? new Map());
    const entry = this.#entry(key);
    const step = (by: number) => {
      const next = keys[keys.indexOf(key) + by];
      if (next !== undefined) this.activate(next);
    };
    const commands: Record<Command, () => unknown> = {
      next: () => step(1),
      previous: () => step(-1),
      toggle: () => (entry === undefined ? this.toggleFold(key) : this.toggleEvent(entry.id)),
      link: () => openLink(entry),
      copy: () => entry && this.copy(`link ${entry.id}`, sharedText(this.#context(this.store as TimelineStore), entry)),
      find: () => this.querySelector<HTMLElement>('#find')?.focus(),
      types: () => this.#openTypes(),
      date: () => this.querySelector<HTMLElement>('#date')?.focus(),
      ticket: () => this.store?.goToTicket(),
      newest: () => this.store?.goToNewest(),
      help: () => this.showHelp(),
      escape: () => this.#escape(entry),
      'leave-up': () => this.querySelector<HTMLElement>('#find')?.focus(),
      'leave-down': () => this.querySelector<HTMLElement>('#keyboard')?.focus(),
    };
    commands[command]();
  }

  #openTypes() {
    this.querySelector('#types')?.setAttribute('open', '');
    this.querySelector<HTMLElement>('#types input, .rail input')?.focus();
  }

  #escape(entry: EventEntry | undefined) {
    if (entry !== undefined && this.store?.state.details.has(entry.id)) this.store.closeEvent(entry.id);
    else this.querySelector<HTMLElement>('#find')?.focus();
  }
}

function openLink(entry: EventEntry | undefined) {
  const link = safeLink(entry?.display.url ?? null);
  if (link !== null) window.open(link.href, '_blank', 'noopener,noreferrer');
}

customElements.define('customer-timeline', CustomerTimeline);

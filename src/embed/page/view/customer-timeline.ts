import { html, LitElement, type PropertyValues } from 'lit';
import type { EventEntry } from '../api/types.ts';
import type { TimelineState, TimelineStore } from '../store/state.ts';
import { announcement } from './announcements.ts';
import { copyText } from './copy.ts';
import { eventsOf, feedSections, ticketKey, walkedKeys, type Section } from './feed-layout.ts';
import { Jump } from './jump.ts';
import { commandOf, type Command } from './keys.ts';
import { runCommand } from './run-command.ts';
import { page } from './page-view.ts';
import { anchorOf, holdAnchor, lookAround, pageHeights } from './scrolling.ts';
import { problemPage, skeleton } from './states-view.ts';
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
  readonly #jump = new Jump();
  #anchor: ReturnType<typeof anchorOf> = null;
  #heights = new Map<string, number>();
  #selected: EventEntry | null = null;
  #unsubscribe: (() => void) | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #finding: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;
  /** Whether the focus is in the list, or was in something there that is gone. */
  #isInList = false;
  #hasFocus = false;
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
    const { activeElement } = document;
    this.#hasFocus = activeElement !== document.body;
    if (this.#hasFocus) this.#isInList = this.querySelector('.list')?.contains(activeElement) === true;
    const state = this.store?.state;
    if (state === undefined) return;
    if (this.#times.locale !== state.locale || this.#times.timeZone !== state.timeZone) {
      this.#times = new Times(state.locale, state.timeZone);
    }
    if (this.typed === state.filters.find) this.typed = null;
    const scroller = this.#scroller();
    this.#anchor = scroller === null || this.#isAtTop(scroller) ? null : anchorOf(scroller, this.#headerHeight());
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
    const selected = eventsOf(state).find(({ id }) => id === this.selectedId);
    this.#selected = selected ?? (this.#selected?.id === this.selectedId ? this.#selected : null);
    const keys = walkedKeys(this.#sections, state.folds);
    const key = target === null ? this.activeKey : target.key;
    this.activeKey = key !== null && keys.includes(key) ? key : (keys[0] ?? null);
    this.said = announcement(this.#before, state) ?? this.said;
  }

  protected override updated() {
    const scroller = this.#scroller();
    const state = this.store?.state;
    if (state === undefined) return;
    const isNew = state.target !== this.#before?.target;
    this.#before = state;
    if (scroller === null) return;
    for (const button of scroller.querySelectorAll<HTMLElement>('.given-up')) {
      button.style.setProperty('min-block-size', `${this.#heights.get(button.dataset.page ?? '') ?? 200}px`);
    }
    this.style.setProperty('--controls-height', `${this.#controlsHeight()}px`);
    const [isBeside, headerHeight] = [this.#isBeside(), this.#headerHeight()];
    const { target, newer } = state;
    const isChosen = this.#jump.goTo({ scroller, target, isNew, isBeside, newer, headerHeight });
    if (!isChosen) holdAnchor(scroller, this.#anchor);
    // Whoever walks by keyboard goes on from there.
    if (this.#isInList && this.activeKey !== null) {
      if (isChosen || isNew) this.activate(this.activeKey);
      // What had the focus was made anew in another day or page.
      else if (this.#hasFocus && document.activeElement === document.body)
        this.#article(this.activeKey)?.focus({ preventScroll: true });
    }
    this.#look();
  }

  /** Looks, at most once in a frame, at what is near: loads what comes next, and tells the store. */
  readonly #look = () => {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const scroller = this.#scroller();
      const store = this.store;
      if (scroller === null || store === undefined || store.state.status !== 'ready') return;
      lookAround(scroller, store);
    });
  };

  #scroller = () => this.querySelector<HTMLElement>(this.#isBeside() ? '.list' : '.app');
  /** What comes at the top is to be seen there: of the list only where nothing newer is to be loaded. */
  #isAtTop = ({ scrollTop }: HTMLElement) =>
    scrollTop === 0 && (!this.#isBeside() || this.#before?.newer.state === 'end');
  #isBeside = () => this.width >= BESIDE_FROM;
  #controlsHeight = () => (this.#isBeside() ? 0 : (this.querySelector<HTMLElement>('.controls')?.offsetHeight ?? 0));
  #headerHeight = () => this.#controlsHeight() + (this.querySelector<HTMLElement>('.day-head')?.offsetHeight ?? 0);
  #article = (key: string) => this.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);

  #entry(key: string): EventEntry | undefined {
    const id = this.#article(key)?.dataset.event ?? key;
    return this.store && eventsOf(this.store.state).find((event) => event.id === id);
  }

  #context(store: TimelineStore): ViewContext {
    const { activeKey, selectedId, copied, typed, typeFilter, hasCharacterKeys, said } = this;
    return {
      ...{ state: store.state, store, times: this.#times, now: Date.now(), act: this },
      ...{ isBeside: this.#isBeside(), hasRail: this.width >= RAIL_FROM },
      ...{ activeKey, selectedId, copied, typed, typeFilter, hasCharacterKeys, said },
    };
  }

  override render() {
    const { store } = this;
    if (store === undefined) return html`<main class="app">${skeleton()}</main>`;
    const { status, problem } = store.state;
    if (problem !== null && status === 'ended') return problemPage(problem);
    return page(this.#context(store), this.#sections, this.#selected, this.#handlers);
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

  readonly #closeTypes = ({ target }: Event) => {
    if ((target as Element).closest('#types') === null) this.querySelector('#types')?.removeAttribute('open');
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
    const { store } = this;
    if (store === undefined) return;
    runCommand(command, {
      ...{ root: this, store, act: this, key, entry: this.#entry(key), context: this.#context(store) },
      keys: walkedKeys(this.#sections, store.state.folds),
    });
  }

  readonly #handlers = {
    onScroll: this.#look,
    onClick: this.#closeTypes,
    onKey: this.#onKey,
    onFocus: this.#onFocus,
    onDetailKey: this.#onDetailKey,
  };
}

customElements.define('customer-timeline', CustomerTimeline);

import type { TimelineState, TimelineStore } from '../store/state.ts';
import type { Times } from './times.ts';

/** What the templates are given: what to show, and what people can do. */
export interface ViewContext {
  readonly state: TimelineState;
  readonly store: TimelineStore;
  readonly times: Times;
  /** By the clock of the browser, in milliseconds. */
  readonly now: number;
  /** Whether details are shown beside the list. */
  readonly isBeside: boolean;
  /** Whether types and days stand in a rail of their own. */
  readonly hasRail: boolean;
  /** Of the item that Tab leads to. */
  readonly activeKey: string | null;
  /** Of the event whose details are shown beside the list. */
  readonly selectedId: string | null;
  /** What was copied last, to be shown for a moment. */
  readonly copied: string | null;
  /** What was typed to be found, until it is looked for. */
  readonly typed: string | null;
  readonly typeFilter: string;
  /** For screen readers. */
  readonly said: string;
  readonly hasCharacterKeys: boolean;
  readonly act: ViewActions;
}

/** What changes only the view. */
export interface ViewActions {
  toggleEvent(id: string): void;
  toggleFold(key: string): void;
  activate(key: string): void;
  /** `what` tells apart the places one can copy from. */
  copy(what: string, text: string): Promise<void>;
  find(text: string): void;
  filterTypes(text: string): void;
  clear(): void;
  showHelp(): void;
  setCharacterKeys(isOn: boolean): void;
}

import type { EventEntry } from '../api/types.ts';
import type { TimelineStore } from '../store/state.ts';
import { sharedText } from './detail-view.ts';
import { safeLink } from './event-reference.ts';
import type { Command } from './keys.ts';
import type { ViewActions, ViewContext } from './view-context.ts';

interface Place {
  readonly root: HTMLElement;
  readonly store: TimelineStore;
  readonly act: ViewActions;
  readonly context: ViewContext;
  /** Of the item that has the focus, and its event; undefined for a fold. */
  readonly key: string;
  readonly entry: EventEntry | undefined;
  /** Of all items, from above. */
  readonly keys: readonly string[];
}

/** Does what a key asks for, at the item that has the focus. */
export function runCommand(command: Command, { root, store, act, context, key, entry, keys }: Place): void {
  const focus = (selector: string) => root.querySelector<HTMLElement>(selector)?.focus();
  const step = (by: number) => {
    const next = keys[keys.indexOf(key) + by];
    if (next !== undefined) act.activate(next);
  };
  const commands: Record<Command, () => void> = {
    next: () => step(1),
    previous: () => step(-1),
    toggle: () => (entry === undefined ? act.toggleFold(key) : act.toggleEvent(entry.id)),
    link: () => openLink(entry),
    copy: () => void (entry && act.copy(`link ${entry.id}`, sharedText(context, entry))),
    find: () => focus('#find'),
    types: () => {
      root.querySelector('#types')?.setAttribute('open', '');
      focus('#types input, .rail input');
    },
    date: () => focus('#date'),
    ticket: () => store.goToTicket(),
    newest: () => store.goToNewest(),
    help: () => act.showHelp(),
    escape: () => {
      if (entry !== undefined && store.state.details.has(entry.id)) store.closeEvent(entry.id);
      else focus('#find');
    },
    'leave-up': () => focus('#find'),
    'leave-down': () => focus('#keyboard'),
  };
  commands[command]();
}

function openLink(entry: EventEntry | undefined): void {
  const link = safeLink(entry?.display.url ?? null);
  if (link !== null) window.open(link.href, '_blank', 'noopener,noreferrer');
}

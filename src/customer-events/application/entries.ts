import type { TypeFilter } from '../../../libs/kernel/type-filter.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import type { EventDisplay } from '../domain/event-display.ts';
import type { QuietMode, RunStretch } from '../domain/timeline-entries.ts';
import type { ShownSingle } from './entry-displays.ts';

/** What the caller may see of a customer, and how. */
export interface EntriesSight {
  /** None: events of all types. */
  readonly types: readonly TypeFilter[];
  readonly masked: boolean;
  /** Whether titles may show the name of the customer. */
  readonly knowsCustomer: boolean;
  /** When the ticket was opened; null: there is none. */
  readonly ticketAt: Instant | null;
}

/** Where a page of entries lies. */
export type EntriesStart =
  | { readonly kind: 'newest' }
  | { readonly kind: 'at'; readonly at: Instant }
  | { readonly kind: 'around'; readonly eventId: string }
  | { readonly kind: 'cursor'; readonly cursor: string; readonly direction: 'older' | 'newer' }
  | { readonly kind: 'within'; readonly cursor: string };

export interface EntriesQuery {
  readonly start: EntriesStart;
  readonly types: readonly TypeFilter[];
  /** To be found in the payload, the type or the title, whatever its case; null: nothing is searched for. */
  readonly text: string | null;
  readonly quiet: QuietMode;
  /** The IANA name of a time zone that there is. */
  readonly timeZone: string;
  readonly limit: number;
}

/** An entry of a timeline; see `EntriesPage` in src/embed/page/api/types.ts. */
export type TimelineEntry =
  | ({ readonly kind: 'event' } & ShownSingle)
  | ({ readonly kind: 'run'; readonly display: EventDisplay } & FoldedEntry & Pick<RunStretch, 'type'>)
  | ({ readonly kind: 'quiet'; readonly types: readonly TitledCount[] } & FoldedEntry);

export interface FoldedEntry {
  readonly count: number;
  readonly first: Instant;
  readonly last: Instant;
  readonly cursor: string;
  readonly more?: true;
}

interface TitledCount {
  readonly type: string;
  readonly title: string;
  readonly count: number;
}

export interface TimelineEntriesPage {
  /** The newest first. */
  readonly entries: readonly TimelineEntry[];
  readonly older: string | null;
  readonly newer: string | null;
  readonly scanned: number;
  /** Null: to the end of the timeline. */
  readonly scannedTo: Instant | null;
}

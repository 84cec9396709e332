import { Injectable } from '@nestjs/common';
import { commonTypes, matchesTypes, type TypeFilter } from '../../../libs/kernel/type-filter.ts';
import { shiftInstant, type Instant } from '../../../libs/time/instant.ts';
import { daysIn } from '../../../libs/time/zone-days.ts';
import { eventNotFound } from '../domain/customer-events-error.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { customerIdOf } from '../domain/customer.ts';
import {
  BEFORE_ALL_IDS,
  positionCursor,
  rangeCursor,
  TIMELINE_END,
  TIMELINE_START,
  type EntriesPlace,
  type EntriesWalk,
  type PositionRange,
} from '../domain/entries-cursor.ts';
import type { EventOutline } from '../domain/ticket-context.ts';
import {
  foldedStretches,
  foldKeys,
  singleStretches,
  type FoldKeyOf,
  type Stretch,
} from '../domain/timeline-entries.ts';
import type { TimelineOrder, TimelinePosition } from '../domain/timeline.ts';
import { customerNameOf, requireCustomer } from './customer-lookups.ts';
import type { EntriesQuery, EntriesSight, TimelineEntriesPage, TimelineEntry } from './entries.ts';
import { placeOf } from './entries-place.ts';
import { CustomerStore } from './customer-store.port.ts';
import {
  HALF_A_SCAN,
  readUpTo,
  walkEntries,
  WHOLE_SCAN,
  type ReadOutlines,
  type ScanLimits,
  type Walked,
} from './entries-walk.ts';
import { shownSingles, type DisplayContext, type ShownSingle } from './entry-displays.ts';
import { foldedEntry, visibility } from './entry-folds.ts';
import { matcherOf, searchEvents, type ReadEvents } from './entry-search.ts';
import { EventDisplayRules, type EventDisplays } from './event-displays.port.ts';
import { TimelineStore } from './timeline-store.port.ts';
import { ReadTurns } from '../../../libs/kernel/turns.ts';

/** What a page consists of before its payloads are read; the newest first. */
interface Outlined {
  readonly stretches: readonly Stretch[];
  readonly older: string | null;
  readonly newer: string | null;
  readonly scanned: number;
  readonly scannedTo: Instant | null;
  /** The last entry may go on. */
  readonly isOpen: boolean;
}

const NOTHING: Outlined = { stretches: [], older: null, newer: null, scanned: 0, scannedTo: null, isOpen: false };

/** What one request reads with. */
interface Reading {
  readonly appId: string;
  readonly customerId: string;
  readonly walk: EntriesWalk;
  readonly query: EntriesQuery;
  readonly isVisible: (event: Pick<EventOutline, 'type'>) => boolean;
  readonly keyOf: FoldKeyOf;
  /** Of these types alone there can be something to be found. */
  readonly types: readonly TypeFilter[];
  /** Null: nothing is searched for. */
  readonly matches: ((event: CustomerEvent) => boolean) | null;
}

/** Reads a timeline as it is shown to people: neighbours of little interest folded, each event with its display. */
@Injectable()
export class TimelineEntries {
  constructor(
    private readonly customers: CustomerStore,
    private readonly timelines: TimelineStore,
    private readonly rules: EventDisplayRules,
    private readonly reads: ReadTurns,
  ) {}

  /**
   * @throws CUSTOMER_NOT_FOUND; NOT_FOUND for an event that is not there or that the caller may not see;
   *   VALIDATION_ERROR for a cursor that is none of this walk.
   */
  async page(
    appId: string,
    externalId: string,
    query: EntriesQuery,
    sight: EntriesSight,
  ): Promise<TimelineEntriesPage> {
    const customerId = customerIdOf(appId, externalId);
    const walk: EntriesWalk = { customerId, sight: sight.types, types: query.types };
    const place = placeOf(walk, query.start);
    const displays = await this.rules.of(appId);
    const types = commonTypes(sight.types, query.types);
    const context: DisplayContext = {
      displays,
      customerName: await this.customerName(appId, customerId, sight, displays),
      masked: sight.masked,
    };
    const reading: Reading = {
      ...{ appId, customerId, walk, query, types: types ?? [] },
      isVisible: visibility(types, query, displays),
      keyOf: keysOf(query, sight, displays),
      matches: query.text === null ? null : matcherOf(query.text, context),
    };
    const outlined = await this.outlined(reading, sight, place, types === null);
    if (outlined.scanned === 0) await requireCustomer(this.reads, this.customers, appId, customerId);
    return this.shown(reading, outlined, context);
  }

  private outlined(
    reading: Reading,
    sight: EntriesSight,
    place: EntriesPlace | null,
    isNothing: boolean,
  ): Promise<Outlined> | Outlined {
    const { start } = reading.query;
    if (start.kind === 'around') return this.around(reading, sight, start.eventId);
    if (isNothing) return NOTHING;
    if (place?.kind === 'range') return this.within(reading, place.range);
    if (start.kind === 'cursor' && place !== null) {
      return start.direction === 'older' ? this.older(reading, place.position) : this.newer(reading, place.position);
    }
    return start.kind === 'at' ? this.at(reading, start.at) : this.newest(reading);
  }

  private async newest(reading: Reading): Promise<Outlined> {
    return olderPage(reading, await this.walked(reading, 'desc', null), null);
  }

  private async at(reading: Reading, at: Instant): Promise<Outlined> {
    const behind = shiftInstant(at, 1n);
    // Where time itself ends, there is nothing that is newer.
    if (behind === null) return this.newest(reading);
    const place: TimelinePosition = { occurredAt: behind, id: BEFORE_ALL_IDS };
    const [walked, newer] = await Promise.all([
      this.walked(reading, 'desc', place),
      this.outlines({ ...reading, types: [] }, 'asc')(place, { events: 1, entries: 1 }, []),
    ]);
    return olderPage(reading, walked, newer.events.length === 0 ? null : place);
  }

  private async older(reading: Reading, place: TimelinePosition): Promise<Outlined> {
    const walked = await this.walked(reading, 'desc', place);
    return olderPage(reading, walked, walked.first ?? TIMELINE_START);
  }

  private async newer(reading: Reading, place: TimelinePosition): Promise<Outlined> {
    const { walk } = reading;
    const walked = await this.walked(reading, 'asc', place);
    const isStart = place.occurredAt === TIMELINE_START.occurredAt && place.id === TIMELINE_START.id;
    return {
      stretches: foldedStretches([...walked.events].reverse(), reading.keyOf),
      older: isStart ? null : positionCursor(walk, walked.first ?? TIMELINE_END),
      newer: cursorOf(walk, walked.next),
      scanned: walked.scanned,
      scannedTo: walked.next?.occurredAt ?? null,
      // The neighbours that may follow are newer than the first entry, not older than the last.
      isOpen: false,
    };
  }

  private async around(reading: Reading, sight: EntriesSight, eventId: string): Promise<Outlined> {
    const { appId, customerId, walk, query, keyOf } = reading;
    const event = await this.reads.run(appId, () => this.timelines.find(customerId, eventId));
    if (event === null) await requireCustomer(this.reads, this.customers, appId, customerId);
    if (event === null || !matchesTypes(event.type, sight.types)) throw eventNotFound();
    const above = Math.floor((query.limit - 1) / 2);
    const [newer, older] = await Promise.all([
      this.walked(reading, 'asc', event, above, HALF_A_SCAN),
      this.walked(reading, 'desc', event, query.limit - 1 - above, HALF_A_SCAN),
    ]);
    return {
      stretches: [
        ...foldedStretches([...newer.events].reverse(), keyOf),
        ...singleStretches([event]),
        ...foldedStretches(older.events, keyOf),
      ],
      older: cursorOf(walk, older.next),
      newer: cursorOf(walk, newer.next),
      scanned: newer.scanned + 1 + older.scanned,
      scannedTo: older.next?.occurredAt ?? null,
      isOpen: older.isOpen,
    };
  }

  /** The events of a fold, each by itself. */
  private async within(reading: Reading, { before, oldest }: PositionRange): Promise<Outlined> {
    const { events, scanned, next } = await walkEntries(
      readUpTo(oldest, this.outlines(reading, 'desc', oldest.occurredAt)),
      {
        ...{ after: before, limit: reading.query.limit, isVisible: reading.isVisible, ...WHOLE_SCAN },
        keyOf: ({ id }) => id,
      },
    );
    return {
      stretches: singleStretches(events),
      older: next === null ? null : rangeCursor(reading.walk, { before: next, oldest }),
      newer: null,
      scanned,
      scannedTo: next?.occurredAt ?? null,
      isOpen: false,
    };
  }

  private walked(
    reading: Reading,
    order: TimelineOrder,
    after: TimelinePosition | null,
    limit = reading.query.limit,
    scan: ScanLimits = WHOLE_SCAN,
  ): Promise<Walked> {
    const { isVisible, keyOf, matches } = reading;
    if (matches !== null) return searchEvents(this.events(reading, order), { after, limit, isVisible, matches });
    return walkEntries(this.outlines(reading, order), { after, limit, ...scan, isVisible, keyOf });
  }

  private events({ appId, customerId, types }: Reading, order: TimelineOrder): ReadEvents {
    return (after, limits) =>
      this.reads.runCostly(appId, () => this.timelines.page(customerId, { types, order }, after, limits));
  }

  private outlines({ appId, customerId, types }: Reading, order: TimelineOrder, from?: Instant): ReadOutlines {
    return (after, limits, exceptTypes) => {
      const query = { types, exceptTypes, order, from };
      const read = () => this.timelines.outlines(customerId, query, after, limits);
      const passesOver = types.length > 0 || exceptTypes.length > 0;
      return passesOver ? this.reads.runCostly(appId, read) : this.reads.run(appId, read);
    };
  }

  private async shown(reading: Reading, outlined: Outlined, context: DisplayContext): Promise<TimelineEntriesPage> {
    const { appId, customerId, walk } = reading;
    const { stretches, isOpen, ...page } = outlined;
    const singles = stretches.flatMap((stretch) => (stretch.kind === 'event' ? [stretch.event] : []));
    const read = () => shownSingles(this.timelines, customerId, singles, context);
    const shown = await (singles.length === 0 ? new Map<string, ShownSingle>() : this.reads.run(appId, read));
    const entries = stretches.flatMap((stretch, index): TimelineEntry[] => {
      if (stretch.kind !== 'event') {
        const mayGoOn = isOpen && index === stretches.length - 1;
        return [foldedEntry(walk, stretch, mayGoOn, context.displays)];
      }
      const single = shown.get(stretch.event.id);
      return single === undefined ? [] : [{ kind: 'event', ...single }];
    });
    return { ...page, entries };
  }

  /** Null where the caller may not know it, and where no rule shows it. */
  private async customerName(
    appId: string,
    customerId: string,
    { knowsCustomer }: EntriesSight,
    { showsCustomer }: EventDisplays,
  ): Promise<string | null> {
    if (!knowsCustomer || !showsCustomer) return null;
    return customerNameOf(this.reads, this.customers, appId, customerId);
  }
}

/** What is found is shown by itself, and not in a fold. */
function keysOf(
  { text, quiet, timeZone }: EntriesQuery,
  { ticketAt }: EntriesSight,
  displays: EventDisplays,
): FoldKeyOf {
  if (text !== null) return ({ id }) => id;
  const isQuiet = (type: string): boolean => displays.ofType(type).quiet;
  return foldKeys({ quiet, isQuiet, dayOf: daysIn(timeZone), ticketAt });
}

const cursorOf = (walk: EntriesWalk, place: TimelinePosition | null): string | null =>
  place === null ? null : positionCursor(walk, place);

const olderPage = ({ walk, keyOf }: Reading, walked: Walked, newer: TimelinePosition | null): Outlined => ({
  stretches: foldedStretches(walked.events, keyOf),
  older: cursorOf(walk, walked.next),
  newer: cursorOf(walk, newer),
  scanned: walked.scanned,
  scannedTo: walked.next?.occurredAt ?? null,
  isOpen: walked.isOpen,
});

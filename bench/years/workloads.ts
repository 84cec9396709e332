import { randomUUID } from 'node:crypto';

import { JsonText } from '../../libs/json-payload/json-text.ts';
import { timeOrderedIdSource } from '../../libs/kernel/ids.ts';
import { instantFromMillis } from '../../libs/time/instant.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import {
  PAGE_MAX_BYTES,
  READ_MAX_ENTRIES,
  WHOLE_TIMELINE,
  type TimelinePosition,
  type TypeFilter,
} from '../../src/customer-events/domain/timeline.ts';
import { EVENT_COLUMNS, eventOf, type EventRow } from '../../src/customer-events/persistence/customer-event-columns.ts';
import { selectMatchingEvents, selectPage } from '../../src/customer-events/persistence/timeline-page-sql.ts';
import type { Database } from '../engine.ts';
import { randomSource } from '../events.ts';
import { CUSTOMERS, RARE_TYPE } from './history.ts';
import { packedHistoryId, type LayoutName, type Layouts } from './layouts.ts';
import { packedId } from './packed-id.ts';
import { writeEvents, type ServiceDataSource } from './writer.ts';

/** Something that is done so many times, again and again. */
export interface Workload {
  readonly name: string;
  /** Whether it writes: then a checkpoint comes before each run, and its WAL is counted. */
  readonly writes: boolean;
  /** What a run counts: events or requests. */
  readonly units: number;
  /**
   * Everything that is not to be measured has been done when it returns.
   *
   * @param seed the same one gives every layout the same customers.
   */
  prepare(dataSource: ServiceDataSource, layout: LayoutName, seed: number): () => Promise<void>;
}

const SINGLES = 200;
const BATCHES = 4;
const BATCH = 500;
const PAGES = 200;
const PAGE = 50;
const MILLIS_OF_YEAR = 365 * 24 * 3600 * 1000;

/** What the history holds, as workloads need it. */
export interface Sample {
  readonly customers: readonly string[];
  /** Some events of the history, each with an `eventId`. */
  readonly keyed: readonly CustomerEvent[];
}

/** The ids of the history are above it; those of events that a run wrote begin with `c0m`, and are not in all layouts. */
const FIRST_ID_OF_HISTORY = 'c1';

export async function sampleOf(layouts: Layouts): Promise<Sample> {
  const today = layouts.get('today') as Database;
  const customers = await today.query<{ id: string }>('SELECT c.id FROM customers AS c ORDER BY c.id');
  const rows = await today.query<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM (
       SELECT t.* FROM customer_events AS t TABLESAMPLE SYSTEM (2) REPEATABLE (1)
       WHERE t.event_id IS NOT NULL AND t.id > '${FIRST_ID_OF_HISTORY}' ORDER BY random() LIMIT 20000) AS t`,
  );
  return { customers: customers.map(({ id }) => id), keyed: rows.map(eventOf) };
}

export function workloadsOf(sample: Sample): Workload[] {
  const created = [true, false].flatMap((isNow) =>
    [1, BATCH].flatMap((size) => [false, true].map((isKeyed) => creating(sample, size, isKeyed, isNow))),
  );
  const page = { types: [] as TypeFilter[], hasCursor: false };
  return [
    ...created,
    replaying(sample, 1, SINGLES),
    replaying(sample, BATCH, BATCHES * BATCH),
    reading(sample, `page of ${PAGE}, the newest`, page),
    reading(sample, `page of ${PAGE}, by cursor`, { ...page, hasCursor: true }),
    reading(sample, `page of ${PAGE}, one type of twenty`, { ...page, types: [{ type: RARE_TYPE, isPrefix: false }] }),
  ];
}

function creating(sample: Sample, size: number, isKeyed: boolean, isNow: boolean): Workload {
  const units = size === 1 ? SINGLES : BATCHES * size;
  const what = size === 1 ? 'single' : `batches of ${size}`;
  return {
    name: `${what}, ${isKeyed ? 'eventId' : 'no eventId'}, ${isNow ? 'now' : 'any instant'}`,
    writes: true,
    units,
    prepare: (dataSource, layout, seed) => {
      const events = newEvents(sample, units, isKeyed, isNow, randomSource(seed)).map((event) =>
        inLayout(layout, event),
      );
      return writing(dataSource, layout, events, size, 'created');
    },
  };
}

function replaying(sample: Sample, size: number, units: number): Workload {
  return {
    name: `${size === 1 ? 'single' : `batches of ${size}`}, replayed`,
    writes: false,
    units,
    prepare: (dataSource, layout, seed) => {
      const nextId = timeOrderedIdSource();
      const first = (seed * 7919) % (sample.keyed.length - units);
      const events = sample.keyed.slice(first, first + units).map((event) => {
        const id = nextId(Date.parse(event.occurredAt), Date.now());
        const stored = inHistory(layout, event);
        return { event: { ...stored, id: layout === 'uuids' ? packedId(id) : id }, stored };
      });
      return writing(
        dataSource,
        layout,
        events.map(({ event }) => event),
        size,
        'existing',
      );
    },
  };
}

/** @throws Error where an event does not come to the expected end, or a replay gives another event than the stored one. */
function writing(
  dataSource: ServiceDataSource,
  layout: LayoutName,
  events: readonly CustomerEvent[],
  size: number,
  expected: 'created' | 'existing',
): () => Promise<void> {
  return async () => {
    for (let first = 0; first < events.length; first += size) {
      const group = events.slice(first, first + size);
      const settled = await writeEvents(dataSource, layout, group);
      for (const event of group) {
        const outcome = settled.get(event.id);
        const isRight =
          outcome?.kind === expected &&
          (outcome.kind !== 'existing' ||
            (outcome.event.eventId === event.eventId && outcome.event.payload.text === event.payload.text));
        if (!isRight) throw new Error(`${layout}: an event should be ${expected}, but is ${outcome?.kind ?? 'lost'}`);
      }
    }
  };
}

function reading(
  sample: Sample,
  name: string,
  { types, hasCursor }: { types: readonly TypeFilter[]; hasCursor: boolean },
): Workload {
  return {
    name,
    writes: false,
    units: PAGES,
    prepare: (dataSource, layout, seed) => {
      const first = (seed * 7919) % (sample.keyed.length - PAGES);
      const statements = sample.keyed.slice(first, first + PAGES).map((event) => {
        const { customerId, occurredAt, id } = inHistory(layout, event);
        const after: TimelinePosition | null = hasCursor ? { occurredAt, id } : null;
        const limits = { events: PAGE, bytes: PAGE_MAX_BYTES, entries: READ_MAX_ENTRIES };
        const select = types.length === 0 ? selectPage : selectMatchingEvents;
        return select(customerId, { ...WHOLE_TIMELINE, types, order: 'desc' }, after, limits);
      });
      return async () => {
        for (const { sql, parameters } of statements) await dataSource.query(sql, parameters);
      };
    },
  };
}

/** Of customers as in the history: few have many events. */
export function newEvents(
  { customers }: Sample,
  count: number,
  isKeyed: boolean,
  isNow: boolean,
  random: () => number,
): CustomerEvent[] {
  const nextId = timeOrderedIdSource();
  return Array.from({ length: count }, (_, number) => {
    const now = Date.now();
    const at = isNow ? now : now - Math.floor(random() * 1.9 * MILLIS_OF_YEAR);
    const sku = randomUUID();
    return {
      id: nextId(at, now),
      customerId: customers[Math.floor(CUSTOMERS * random() ** 3)] as string,
      type: 'order.placed',
      payload: new JsonText(
        `{"orderId":"${number}","total":${number % 1000},"currency":"EUR","items":[{"sku":"${sku}","quantity":3}],` +
          `"address":{"city":"Hamburg","street":"${sku}"},"note":"left at the door"}`,
      ),
      occurredAt: instantFromMillis(at),
      createdAt: instantFromMillis(now),
      eventId: isKeyed ? randomUUID() : null,
    };
  });
}

/** A new event with the ids of a layout. */
const inLayout = (layout: LayoutName, event: CustomerEvent): CustomerEvent =>
  layout === 'uuids' ? { ...event, id: packedId(event.id), customerId: packedId(event.customerId) } : event;

/** An event of the history with the ids of a layout. */
const inHistory = (layout: LayoutName, event: CustomerEvent): CustomerEvent =>
  layout === 'uuids' ? { ...event, id: packedHistoryId(event.id), customerId: packedId(event.customerId) } : event;

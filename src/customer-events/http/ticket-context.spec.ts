import 'reflect-metadata';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { InMemoryCustomers, InMemoryCustomerStore } from '../../../test/fakes/in-memory-customers.ts';
import { InMemoryTimelineStore } from '../../../test/fakes/in-memory-timeline-store.ts';
import { RulesByType, type TestRule } from '../../../test/fakes/rules-by-type.ts';
import { aCustomer, anEvent, APP, instant } from '../../../test/support/builders.ts';
import { SettableClock } from '../../../test/support/clock.ts';
import { inDrill } from '../../../test/support/drill.ts';
import { randomSource } from '../../../test/support/random-puts.ts';
import { readTurns } from '../../../test/support/turns.ts';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { encodeJson } from '../../platform/http/response/encode-json.ts';
import { TicketContexts, type TicketContext } from '../application/ticket-contexts.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { Customer } from '../domain/customer.ts';
import { isOlder } from '../domain/timeline.ts';
import { ticketContextResponse } from './ticket-context.json.ts';
import { ticketContextMarkdown } from './ticket-context.markdown.ts';
import type { OmissionResponse, TicketContextResponse } from './ticket-context.response.ts';

const AT = instant('2026-04-18T12:00:00Z');
const WINDOW_SECONDS = 7 * 86_400;
const MAX_BYTES = 16_384;
const HISTORIES = inDrill(150, 60);

type Random = (below: number) => number;

interface Case {
  readonly customer: Customer;
  /** The newest first, those after the ticket too. */
  readonly events: readonly CustomerEvent[];
  readonly rules: Readonly<Record<string, TestRule>>;
  readonly limit: number;
}

/** Texts that take as many bytes as they can. */
const WIDE = '\u{1f469}\u200d\u{1f467}';

function randomCase(random: Random): Case {
  const isWide = random(3) === 0;
  const types = Array.from({ length: 1 + random(random(2) === 0 ? 4 : 40) }, (_, n) =>
    `${n}${['.viewed', '.failed', '.error', '.placed'][random(4)]}`.padEnd(isWide ? 100 : 1, 'x'),
  );
  const customer = aCustomer((isWide ? WIDE : 'c').repeat(isWide ? 85 : 1), {
    name: (isWide ? WIDE : 'Ada').repeat(isWide ? 85 : 1),
    metadata: new JsonText(`{"plan":"${(isWide ? '\\"`' : 'Pro').repeat(isWide ? 200 : 1)}"}`),
  });
  const rules = Object.fromEntries(
    types.flatMap((type): [string, TestRule][] => {
      if (random(2) === 0) return [];
      const title = isWide ? `${WIDE.repeat(60)}{payload}` : 'Title of {payload} by {customer}';
      return [[type, { title, quiet: random(2) === 0, ...(random(4) === 0 ? { severity: 'error' } : {}) }]];
    }),
  );
  const size = random(2) === 0 ? 200 : 4_000;
  const spread = [1, 3_600, 30 * 86_400][random(3)] as number;
  const events = Array.from({ length: random(random(4) === 0 ? 1_500 : 80) }, () => {
    const second = random(spread) - Math.floor(spread / 10);
    const bytes = random(20) === 0 ? random(60_000) : random(size);
    return anEvent(customer, {
      occurredAt: instant(new Date(Date.parse(AT) - second * 1_000).toISOString()),
      type: types[Math.min(random(types.length), random(types.length))] as string,
      payload: new JsonText(`{"t":"${(isWide ? '`' : 'x').repeat(bytes)}"}`),
      eventId: random(3) === 0 ? 'e'.repeat(1 + random(255)) : null,
    });
  }).sort((a, b) => (isOlder(a, b) ? 1 : -1));
  return { customer, events, rules, limit: 1 + random(random(2) === 0 ? 20 : 200) };
}

function contextsOf({ customer, events, rules }: Case): TicketContexts {
  const customers = new InMemoryCustomers();
  customers.byId.set(customer.id, { appId: APP, customer, events: [...events] });
  return new TicketContexts(
    new InMemoryCustomerStore(customers),
    new InMemoryTimelineStore(customers),
    new RulesByType(rules),
    new SettableClock(),
    readTurns(),
  );
}

const contextOf = (of: Case): Promise<TicketContext> =>
  contextsOf(of).at(
    APP,
    of.customer.externalId,
    { at: AT, windowSeconds: WINDOW_SECONDS, limit: of.limit },
    { customer: true, masked: false },
  );

const bodyOf = (context: TicketContext, wantsDisplay: boolean): string =>
  `{"success":true,"data":${encodeJson(ticketContextResponse(context, wantsDisplay))},"timestamp":"2026-04-18T12:00:00.123Z"}`;

/** What is left out between two places of the history, by type. */
function missing(history: readonly CustomerEvent[], after: string | null, before: string | null, end: number) {
  const start = after === null ? 0 : history.findIndex(({ id }) => id === after) + 1;
  const stop = before === null ? end : history.findIndex(({ id }) => id === before);
  const between = history.slice(start, Math.max(start, stop));
  const counts = new Map<string, number>();
  for (const { type } of between) counts.set(type, (counts.get(type) ?? 0) + 1);
  return { total: between.length, counts };
}

/** Every event down to the last that the context is about is shown in its place, or counted there. */
function expectNothingMissing(of: Case, { events, leftOut = [] }: TicketContextResponse, context: TicketContext): void {
  const history = of.events.filter(({ occurredAt }) => !isOlder({ occurredAt: AT, id: '~' }, { occurredAt, id: '' }));
  const end =
    context.events.length === 0 ? 0 : history.findIndex(({ id }) => id === context.events.at(-1)?.event.id) + 1;
  const places = [null, ...events.map(({ id }) => id), null];
  const omissions: OmissionResponse[] = [];
  for (let place = 1; place < places.length; place++) {
    const [after, before] = [places[place - 1] as string | null, places[place] as string | null];
    const { total, counts } = missing(history, after, before, end);
    const omission = leftOut.find((one) => one.after === after && one.before === before);
    expect(omission?.count ?? 0).toBe(total);
    for (const { type, count } of omission?.types ?? []) expect(count).toBe(counts.get(type));
    if (omission !== undefined) omissions.push(omission);
  }
  expect(leftOut).toEqual(omissions);
}

function expectAttention(of: Case, { attention = [], events }: TicketContextResponse): void {
  const isSevere = (type: string): boolean => of.rules[type]?.severity === 'error' || /failed|error/.test(type);
  const start = instant(new Date(Date.parse(AT) - WINDOW_SECONDS * 1_000).toISOString());
  const inWindow = of.events.filter(
    ({ occurredAt }) =>
      !isOlder({ occurredAt, id: '' }, { occurredAt: start, id: '' }) && Date.parse(occurredAt) <= Date.parse(AT),
  );
  const latest = inWindow.filter(
    ({ type }, index) => isSevere(type) && inWindow.findIndex((one) => one.type === type) === index,
  );
  expect(attention).toHaveLength(Math.min(5, latest.length));
  for (const { type, count, id, last } of attention) {
    const event = inWindow.find((one) => one.type === type);
    expect({ id, last }).toEqual({ id: event?.id, last: event?.occurredAt });
    expect(count).toBe(inWindow.filter((one) => one.type === type).length);
    expect(events.map((one) => one.id)).toContain(id);
  }
  expect(attention.map(({ last }) => last)).toEqual(latest.slice(0, 5).map(({ occurredAt }) => occurredAt));
}

/** The events that the entries of a note stand for, and those that its lines say are left out. */
function countedInNote(note: string): number {
  const entries = note.slice(note.indexOf('\n## Latest events\n')).split('\n');
  return entries.reduce((sum, line) => {
    const omission = /^_(\d+) events? left out here: /.exec(line);
    if (omission !== null) return sum + Number(omission[1]);
    if (!/^\d{4}-\S+Z (to |`)/.test(line)) return sum;
    return sum + Number(/ × (\d+), the latest with$/.exec(line)?.[1] ?? 1);
  }, 0);
}

describe(`The context of a ticket, over ${HISTORIES} random histories`, () => {
  const cases = Array.from({ length: HISTORIES }, (_, seed) => randomCase(randomSource(seed + 1)));
  const contexts = new Map<Case, TicketContext>();

  beforeAll(async () => {
    for (const one of cases) contexts.set(one, await contextOf(one));
  });
  const madeOf = (one: Case): TicketContext => contexts.get(one) as TicketContext;

  it('has at most 16 KiB, as JSON, as JSON with displays, and as Markdown', () => {
    for (const one of cases) {
      const context = madeOf(one);
      for (const text of [
        bodyOf(context, false),
        bodyOf(context, true),
        ticketContextMarkdown(one.customer.externalId, context),
      ])
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BYTES);
    }
  });

  it('is the same each time it is made', async () => {
    for (const one of cases.slice(0, HISTORIES / 3)) {
      const [first, second] = [madeOf(one), await contextOf(one)];
      expect(bodyOf(second, true)).toBe(bodyOf(first, true));
      const id = one.customer.externalId;
      expect(ticketContextMarkdown(id, second)).toBe(ticketContextMarkdown(id, first));
    }
  });

  it.each([false, true])('misses no event that is neither shown nor counted in its place, displays: %s', (display) => {
    for (const one of cases) {
      const context = madeOf(one);
      const { data } = JSON.parse(bodyOf(context, display)) as { data: TicketContextResponse };
      expectNothingMissing(one, data, context);
      expectAttention(one, data);
      const isWhole =
        data.leftOut === undefined && data.unlisted === undefined && data.events.every((of) => 'payload' in of);
      expect(data.truncated).toBe(!isWhole);
    }
  });

  it('tells nothing of what is later than the ticket', () => {
    for (const one of cases) {
      const later = one.events.filter(({ occurredAt }) => Date.parse(occurredAt) > Date.parse(AT));
      const body = bodyOf(madeOf(one), true);
      for (const { id } of later) expect(body).not.toContain(id);
    }
  });

  it('counts in a note as many events as there are, down to the oldest that it is about', () => {
    for (const one of cases) {
      const context = madeOf(one);
      const history = one.events.filter(({ occurredAt }) => Date.parse(occurredAt) <= Date.parse(AT));
      const oldest = history.findIndex(({ id }) => id === context.events.at(-1)?.event.id) + 1;
      const [last] = context.runs.slice(-1);
      const runEnd = history.findIndex(({ id }) => id === last?.latestId) + (last?.count ?? 0);
      const note = ticketContextMarkdown(one.customer.externalId, context);
      expect(countedInNote(note)).toBe(Math.max(oldest, runEnd));
    }
  });
});

describe('The context of a ticket whose every text is as long as it may be', () => {
  const wide = (length: number): string => '\u{1f469}'.repeat(length);
  const long = (n: number, word: string): string => `${word}.${n}.`.padEnd(100, 'x');
  const customer = aCustomer(wide(255), { name: wide(255), metadata: new JsonText(`{"plan":"${wide(300)}"}`) });
  const severe = Array.from({ length: 6 }, (_, n) => long(n, 'failed'));
  const noise = Array.from({ length: 40 }, (_, n) => long(n, 'n'));
  // From the newest: single events, runs of three, and the warnings far from each other, with all types between them.
  const types = [
    ...noise,
    ...noise.flatMap((type) => [type, type, type]),
    ...noise,
    ...severe.flatMap((type) => [type, ...noise]),
  ];
  const events = types.map((type, n) =>
    anEvent(customer, {
      type,
      occurredAt: instant(new Date(Date.parse(AT) - n * 1_000).toISOString()),
      payload: new JsonText(`{"t":"${'`'.repeat(3_000)}"}`),
      eventId: 'e'.repeat(255),
    }),
  );
  const rules = Object.fromEntries([...severe, ...noise].map((type) => [type, { title: wide(200) }]));

  it.each([1, 20, 170, 200])(
    'has at most 16 KiB, and all that needs attention: the latest %i events',
    async (limit) => {
      const one: Case = { customer, events, rules, limit };
      const context = await contextOf(one);
      expect(Buffer.byteLength(ticketContextMarkdown(customer.externalId, context))).toBeLessThanOrEqual(MAX_BYTES);
      for (const display of [false, true]) {
        const body = bodyOf(context, display);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BYTES);
        const { data } = JSON.parse(body) as { data: TicketContextResponse };
        expectAttention(one, data);
        expectNothingMissing(one, data, context);
        expect(data.unlisted).toMatchObject({ attention: 1 });
      }
    },
  );
});

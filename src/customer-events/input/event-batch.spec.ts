import { describe, expect, it } from '@jest/globals';
import { arrayElements, objectMembers } from '../../../libs/json-payload/json-members.ts';
import { DomainError, errorAsValue } from '../../../libs/kernel/domain-error.ts';
import { MAX_BODY_OVERHEAD_BYTES } from '../../platform/input/free-form-limits.ts';
import { readEvent } from './customer-event.request.ts';
import { readEventBatch } from './event-batch.ts';
import { inDrill } from '../../../test/support/drill.ts';

const LIMITS = { maxPayloadBytes: 65_536, maxPayloadKeys: 10_000 };
const MAX_ITEM_BYTES = LIMITS.maxPayloadBytes + MAX_BODY_OVERHEAD_BYTES;
const EVENT = '{"customerExternalId":"user_42","type":"a"}';

/** The fields that a refusal names, or what the items are. */
const outcomeOf = async (text: string): Promise<unknown> => {
  try {
    return (await readEventBatch(text, LIMITS)).map((item) => (item instanceof DomainError ? item.details : item));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return Object.keys(error.details ?? {}).join();
  }
};

/** The rules of a batch, by JSON.parse of the whole text: what the reader must come to without it. */
function expectedOf(text: string): unknown {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return 'refused';
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'refused';
  const members = objectMembers(text);
  const { events } = body as { events?: unknown };
  if (members.length !== 1 || !Array.isArray(events) || events.length < 1 || events.length > 500) return 'refused';
  const [{ start, end } = { start: 0, end: 0 }] = members;
  return arrayElements(text, start, end).map((span, index) => {
    const item = errorAsValue(() => readEvent({ name: 'event', value: events[index], text, ...span }, LIMITS));
    return item instanceof DomainError ? item.details : item;
  });
}

/** The same numbers in every run: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const ITEMS = [
  ...[EVENT, EVENT, '{}', '[]', '1', '-0.5e3', 'true', 'null', '""', '"\\""', '"a]}"', '[[{}]]', '{"a":"}"}'],
  '{ "customerExternalId" : "user_42", "type" : "b", "payload" : { "a" : [ 1, "\\\\", {} ] } }',
  '{"customerExternalId":"user_42","type":"c","payload":{"é😀":"\\u00e9"},"unknown":[{}]}',
];
const PIECES = [
  ...['{', '}', '[', ']', ',', ':', '"', '\\', ' ', '\n', '\t', '\r', '\u0001', '\u00a0', '\ufeff'],
  ...['0', '1', '-', 'true', 'nul', '{}', '[]', '""', '"events"', '"events":', '"events":[]', '"a":1', EVENT],
];
const SPACES = ['', '', '', ' ', '\n', '\t \r\n'];

describe('the reader of a batch', () => {
  it.each([1, 2, 3, 4])('accepts and refuses what JSON.parse and the rules do (seed %i)', async (seed) => {
    const below = random(seed);
    const pick = (list: readonly string[]): string => list[below(list.length)] as string;
    const spaced = (text: string): string => pick(SPACES) + text + pick(SPACES);
    const counts = { accepted: 0, refused: 0 };
    for (let run = 0; run < inDrill(1_000, 300); run++) {
      const items = Array.from({ length: below(5) }, () => spaced(pick(ITEMS)));
      const name = pick(['"events"', '"events"', '"events"', '"\\u0065vents"', '"event"']);
      let text = spaced(`{${spaced(name)}:${spaced(`[${items.join(',')}]`)}}`);
      for (let mutation = below(3); mutation > 0; mutation--) {
        const at = below(text.length + 1);
        text = text.slice(0, at) + pick(['', ...PIECES]) + text.slice(at + below(3));
      }
      const [outcome, expected] = [await outcomeOf(text), expectedOf(text)];
      const isRefused = typeof outcome === 'string';
      counts[isRefused ? 'refused' : 'accepted']++;
      expect({ text, outcome: isRefused ? 'refused' : outcome }).toEqual({ text, outcome: expected });
    }
    expect(counts.accepted).toBeGreaterThan(30);
    expect(counts.refused).toBeGreaterThan(30);
  });

  it.each<[what: string, text: string, field: string]>([
    ['nothing', '', 'body'],
    ['white space', ' \n', 'body'],
    ['an array', `[${EVENT}]`, 'body'],
    ['no events', '{}', 'events'],
    ['an empty array', '{"events":[]}', 'events'],
    ['a string of events', '{"events":"[]"}', 'events'],
    ['another name', '{"evnts":[]}', 'evnts'],
    ['a name that has no end', `{"${'x'.repeat(5_000)}`, `${'x'.repeat(100)}…`],
    ['a second name', `{"events":[${EVENT}],"a":1}`, 'a'],
    ['events twice', `{"events":[${EVENT}],"events":[${EVENT}]}`, 'events'],
    ['an item that is not JSON', `{"events":[${EVENT},{"a":nul}]}`, 'body'],
    ['brackets that do not match', `{"events":[${EVENT},{"a":[1}]]}`, 'body'],
    ['an array that has no end', `{"events":[${EVENT}`, 'body'],
    ['a string that has no end', `{"events":[${EVENT},"a`, 'body'],
    ['a comma too many', `{"events":[${EVENT},]}`, 'body'],
    ['a comma too few', `{"events":[${EVENT} ${EVENT}]}`, 'body'],
    ['a bracket too many', `{"events":[${EVENT}]}}`, 'body'],
    ['a control character', `{"events":\u000b[${EVENT}]}`, 'body'],
  ])('%s is refused', async (_what, text, field) => {
    expect(await outcomeOf(text)).toBe(field);
  });

  it('stops at the 501st item: nothing behind it is looked at', async () => {
    const items = Array.from({ length: 500 }, () => EVENT).join();
    expect(await outcomeOf(`{"events":[${items}]}`)).toHaveLength(500);
    expect(await outcomeOf(`{"events":[${items},{}, and no JSON`)).toBe('events');
  });

  it('refuses an item that is too large by its size, and takes the others', async () => {
    const item = (bytes: number, filler: string): string => {
      const [before, after] = ['{"customerExternalId":"user_42","type":"a","unknown":"', '"}'];
      return `${before}${filler.repeat((bytes - before.length - after.length) / Buffer.byteLength(filler))}${after}`;
    };
    const tooLarge = { field: 'event', limit: MAX_ITEM_BYTES };
    const unknown = { unknown: [expect.stringContaining('is not a known field')] };
    for (const filler of ['x', 'é', '\\u00e9']) {
      const [fits, exceeds] = [item(MAX_ITEM_BYTES - 20, filler), item(MAX_ITEM_BYTES + 20, filler)];
      expect(await outcomeOf(`{"events":[${exceeds},${EVENT},${fits}]}`)).toEqual([
        tooLarge,
        expect.objectContaining({ type: 'a' }),
        unknown,
      ]);
    }
  });
});

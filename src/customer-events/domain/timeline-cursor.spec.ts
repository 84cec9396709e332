import { describe, expect, it } from '@jest/globals';
import { instant } from '../../../test/support/builders.ts';
import { decodeCursor, encodeCursor } from './timeline-cursor.ts';
import type { TimelineQuery } from './timeline.ts';

const CUSTOMER = `c${'1'.repeat(24)}`;
const QUERY: TimelineQuery = {
  order: 'desc',
  types: [
    { type: 'order.', isPrefix: true },
    { type: 'a', isPrefix: false },
  ],
  from: instant('2026-01-01'),
};
const POSITION = { occurredAt: instant('2026-04-18T10:00:00.000001Z'), id: `c${'z'.repeat(24)}` };
const CURSOR = encodeCursor(CUSTOMER, QUERY, POSITION);

describe('a timeline cursor', () => {
  it('leads back to its position, to the microsecond', () => {
    expect(decodeCursor(CUSTOMER, QUERY, CURSOR)).toEqual(POSITION);
    for (const text of ['0001-01-01', '9999-12-31T23:59:59.999999Z', '2026-04-18T10:00:00.1Z']) {
      const position = { ...POSITION, occurredAt: instant(text) };
      expect(decodeCursor(CUSTOMER, QUERY, encodeCursor(CUSTOMER, QUERY, position))).toEqual(position);
    }
  });

  it('may stand in a URL as it is', () => {
    expect(CURSOR).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it('is for its customer and its filters', () => {
    const others: readonly [string, TimelineQuery][] = [
      [`c${'2'.repeat(24)}`, QUERY],
      [CUSTOMER, { ...QUERY, order: 'asc' }],
      [CUSTOMER, { ...QUERY, types: [] }],
      [
        CUSTOMER,
        {
          ...QUERY,
          types: [
            { type: 'order.', isPrefix: false },
            { type: 'a', isPrefix: false },
          ],
        },
      ],
      [CUSTOMER, { ...QUERY, from: undefined }],
      [CUSTOMER, { ...QUERY, from: undefined, to: QUERY.from }],
    ];
    for (const [customer, query] of others) expect(decodeCursor(customer, query, CURSOR)).toBeNull();
  });

  it('does not mind in which order types are given, nor how often', () => {
    const [prefix, type] = QUERY.types as [TimelineQuery['types'][number], TimelineQuery['types'][number]];
    expect(decodeCursor(CUSTOMER, { ...QUERY, types: [type, prefix, type] }, CURSOR)).toEqual(POSITION);
  });

  it('with any character changed, cut off or added is none', () => {
    for (let at = 0; at < CURSOR.length; at++) {
      const other = CURSOR[at] === 'A' ? 'B' : 'A';
      expect(decodeCursor(CUSTOMER, QUERY, CURSOR.slice(0, at) + other + CURSOR.slice(at + 1))).toBeNull();
      expect(decodeCursor(CUSTOMER, QUERY, CURSOR.slice(0, at))).toBeNull();
    }
    for (const text of [`${CURSOR}A`, `${CURSOR}=`, ` ${CURSOR}`, `${CURSOR}\n`, `${CURSOR}${CURSOR}`]) {
      expect(decodeCursor(CUSTOMER, QUERY, text)).toBeNull();
    }
  });

  it.each([
    '',
    ' ',
    '0',
    'null',
    '{}',
    '../..',
    "' OR 1=1",
    '\u0000',
    '💥',
    'A'.repeat(100_000),
    Buffer.from('a b c').toString('base64url'),
    Buffer.from([0xff, 0xfe]).toString('base64url'),
  ])('is not %j', (text) => {
    expect(decodeCursor(CUSTOMER, QUERY, text)).toBeNull();
  });
});

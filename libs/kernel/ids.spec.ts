import { describe, expect, it } from '@jest/globals';
import { derivedId, ID_PATTERN, millisOfTimeOrderedId, randomId, timeOrderedIdSource } from './ids.ts';
import { randomStringSource } from './random-string.ts';

const NOW = Date.parse('2026-04-18T12:00:00Z');
const YEAR_1 = Date.parse('0001-01-01T00:00:00Z');
const YEAR_9999 = Date.parse('9999-12-31T23:59:59.999Z');

describe('randomId', () => {
  it('has the shape of an id, and is another one each time', () => {
    const ids = Array.from({ length: 10_000 }, randomId);
    expect(ids.filter((id) => !ID_PATTERN.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(10_000);
  });
});

describe('derivedId', () => {
  it('follows from its parts, and from where one ends and the next begins', () => {
    expect(derivedId('a', 'b')).toBe(derivedId('a', 'b'));
    expect(derivedId('a', 'b')).toMatch(ID_PATTERN);
    expect(
      new Set([
        derivedId('a', 'b'),
        derivedId('b', 'a'),
        derivedId('ab'),
        derivedId('', 'ab'),
        derivedId('ab', ''),
        derivedId(),
      ]).size,
    ).toBe(6);
  });

  it('has the same length for every digest', () => {
    for (let n = 0; n < 5_000; n++) expect(derivedId(String(n))).toMatch(ID_PATTERN);
  });
});

describe('timeOrderedIdSource', () => {
  it('sorts by the instant, then by the order of creation', () => {
    const next = timeOrderedIdSource();
    const instants = [YEAR_9999, NOW, YEAR_1, 0, -1, NOW, NOW + 1, NOW];
    const made = instants.map((at, order) => ({ at, order, id: next(at, NOW) }));
    const expected = [...made].sort((a, b) => a.at - b.at || a.order - b.order);
    expect([...made].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(expected);
    for (const { id } of made) expect(id).toMatch(ID_PATTERN);
  });

  it('keeps that order for more ids than its counter can tell apart in a millisecond', () => {
    const next = timeOrderedIdSource();
    const ids = Array.from({ length: 5_000 }, () => next(NOW, NOW));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(5_000);
  });

  it('keeps that order where the clock is set back', () => {
    const next = timeOrderedIdSource();
    const ids = [NOW, NOW + 5, NOW - 10_000, NOW - 9_999, NOW + 5, NOW + 6].map((now) => next(NOW, now));
    expect([...ids].sort()).toEqual(ids);
  });

  it('makes others than another source in the same millisecond', () => {
    const [one, two] = [timeOrderedIdSource(), timeOrderedIdSource()];
    const same = Array.from({ length: 100 }, (_, n) => one(NOW + n, NOW) === two(NOW + n, NOW));
    expect(same.filter(Boolean).length).toBeLessThan(100);
  });
});

describe('millisOfTimeOrderedId', () => {
  it.each([YEAR_1, -1, 0, NOW, YEAR_9999])('finds %i again', (at) => {
    expect(millisOfTimeOrderedId(timeOrderedIdSource()(at, NOW))).toBe(at);
  });

  it.each(['', 'c', 'x'.repeat(25), `C${'0'.repeat(24)}`, `c${'0'.repeat(25)}`, `c${'0'.repeat(23)}\n`])(
    'finds nothing in %j',
    (text) => {
      expect(millisOfTimeOrderedId(text)).toBeNull();
    },
  );
});

describe('randomStringSource', () => {
  it.each([0, 1, 5, 4_096, 10_000])('makes texts of %i characters of its alphabet', (length) => {
    const text = randomStringSource('abc')(length);
    expect(text).toHaveLength(length);
    expect(text).toMatch(/^[abc]*$/);
  });

  it.each([
    'ab',
    'abcdefghijklmnopqrstuvwxyz0123456789',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  ])('favours no character of %s', (alphabet) => {
    const draws = 200_000;
    const counts = new Map<string, number>();
    for (const character of randomStringSource(alphabet)(draws))
      counts.set(character, (counts.get(character) ?? 0) + 1);
    expect(counts.size).toBe(alphabet.length);
    const expected = draws / alphabet.length;
    // Eight standard deviations: never by chance. Bytes modulo 62 would be off by a quarter.
    for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(8 * Math.sqrt(expected));
  });
});

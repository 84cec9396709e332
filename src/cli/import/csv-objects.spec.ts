import { describe, expect, it } from '@jest/globals';
import { CustomerEventRequest } from '../../customer-events/input/customer-event.request.ts';
import { CustomerRequest } from '../../customer-events/input/customer.request.ts';
import { CsvObjects, type Converters } from './csv-objects.ts';
import { csvPlan, type CsvFields } from './csv-plan.ts';
import type { ColumnType } from './column-types.ts';
import { NO_MAPPING, type Mapping } from './mapping.ts';

const EVENTS: CsvFields = { requestClass: CustomerEventRequest, objectField: 'payload', besides: ['note'] };
const CUSTOMERS: CsvFields = { requestClass: CustomerRequest, objectField: 'metadata', apart: ['externalId'] };

const plan = (header: string[], mapping: Partial<Mapping> = {}, fields = EVENTS) =>
  csvPlan(header, fields, { ...NO_MAPPING, ...mapping });
const objects = (
  header: string[],
  mapping: Partial<Mapping> = {},
  types: [string, ColumnType][] = [],
  converters?: Converters,
) => {
  const columns = new Map(types.map(([name, type]) => [header.indexOf(name), type]));
  return new CsvObjects(plan(header, mapping), columns, converters);
};
const json = (header: string[], cells: string[], mapping: Partial<Mapping> = {}) =>
  objects(header, mapping).of(cells).json;

describe('a header of CSV', () => {
  it.each<[string[], Partial<Mapping>, RegExp]>([
    [
      ['customerExternalId', 'typ'],
      {},
      /^The column "typ" is not a known field; did you mean type\? \(--map "typ=FIELD"/,
    ],
    [['type', 'payload,a'], {}, /^The column "payload,a" is not a known field/],
    [['type', '', 'payload.a'], {}, /^The column "" is not a known field/],
    [['type', 'type'], {}, /^The column "type" is there twice$/],
    [['Name', 'Name'], { map: new Map([['Name', ['type']]]) }, /^The column "Name" is there twice$/],
    [['payload', 'payload.a'], {}, /^The column "payload\.a" is a part of a column that is a value$/],
    [['payload.a', 'payload.a.b'], {}, /^The column "payload\.a\.b" is a part of a column that is a value$/],
    [['payload.a.b', 'payload.a'], {}, /^The column "payload\.a" is a value, and other columns are parts of it$/],
    [['payload.a[].b', 'payload.a.c'], {}, /^The column "payload\.a\.c" is a part of a column that is a value$/],
    [['payload.a[]'], {}, /^"payload\.a\[\]": a list is written payload\.KEY\[\]\.KEY, and not within another$/],
    [['a'], { map: new Map([['a', ['typo']]]) }, /^The field "typo" is not a known field; did you mean type\?$/],
    [['type'], { set: new Map([['typo', 'x']]) }, /^The field "typo" is not a known field/],
    [
      ['type'],
      { map: new Map([['a', ['payload.a']]]), required: ['a'] },
      /^There is no column "a" to be mapped; the header is: type$/,
    ],
    [['type'], { map: new Map([['*', ['type']]]) }, /^"\*" can be mapped to payload only$/],
    [['payload.a'], { text: ['payload.a'], number: ['payload.a'] }, /cannot be read as text and as number$/],
  ])('%j with %j is refused', (header, mapping, message) => {
    expect(() => objects(header, mapping)).toThrow(message);
  });

  it('makes the members of the objects, in their order, whatever they are called', () => {
    const header = ['payload.b', 'note', 'payload.__proto__.a', 'type', 'payload."', 'payload.b2'];
    const made = objects(header, {}, [
      ['payload.b', 'number'],
      ['payload.__proto__.a', 'json'],
    ]);
    expect(made.of(['1.0', 'for the reader', '[ 1 ]', '42', '{', '']).json).toBe(
      '{"payload":{"b":1.0,"__proto__":{"a":[ 1 ]},"\\"":"{"},"type":"42"}',
    );
    expect(made.of(['', 'x', '', '', '', '']).json).toBe('{}');
  });

  it('tells the columns whose types are open, and declarations that nothing has', () => {
    const made = plan(['type', 'payload', 'payload.a', 'payload.b', 'C'], {
      map: new Map([['C', ['payload.c']]]),
      text: ['C', 'payload.z'],
      number: ['payload.b', 'type'],
    });
    expect(made.open).toEqual([2]);
    expect(made.unused).toEqual(['payload.z', 'type']);
  });
});

describe('a mapping', () => {
  const map = (...entries: [string, string[]][]) => ({ map: new Map(entries) });

  it('writes a column to one field or more', () => {
    expect(json(['Name', 'What'], ['7', 'a'], map(['Name', ['payload.orderId', 'eventId']], ['What', ['type']]))).toBe(
      '{"payload":{"orderId":"7"},"eventId":"7","type":"a"}',
    );
  });

  it('writes several columns to one field, with a space between what is not empty', () => {
    const joined = map(['First + Last', ['payload.name']]);
    expect(json(['First', 'Last'], ['Ada', ' Lovelace '], joined)).toBe('{"payload":{"name":"Ada Lovelace"}}');
    expect(json(['First', 'Last'], ['', 'Lovelace'], joined)).toBe('{"payload":{"name":"Lovelace"}}');
    expect(json(['Last'], ['Lovelace'], joined)).toBe('{"payload":{"name":"Lovelace"}}');
    expect(json(['First + Last'], ['both'], joined)).toBe('{"payload":{"name":"both"}}');
  });

  it('takes the first column that is not empty, the one with the name of the field before all', () => {
    const either = map(['B', ['type']], ['A', ['type']]);
    expect(json(['A', 'B', 'type'], ['a', 'b', 't'], either)).toBe('{"type":"t"}');
    expect(json(['A', 'B', 'type'], ['a', 'b', ''], either)).toBe('{"type":"b"}');
    expect(json(['A', 'B', 'type'], ['a', '', ''], either)).toBe('{"type":"a"}');
  });

  it('sets what a row has not', () => {
    const set = {
      set: new Map([
        ['type', 'order.placed'],
        ['payload.n', '1.50'],
        ['payload.t', 'x'],
        ['eventId', '7'],
      ]),
    };
    expect(json(['type'], [''], set)).toBe('{"type":"order.placed","payload":{"n":1.50,"t":"x"},"eventId":"7"}');
    expect(json(['type'], ['own'], set)).toContain('{"type":"own"');
  });

  it('passes over columns, or keeps all others under their names', () => {
    expect(json(['type', 'x', 'y'], ['a', 'b', 'c'], { ignore: ['x', 'y'] })).toBe('{"type":"a"}');
    expect(json(['type', 'x', 'y'], ['a', 'b', 'c'], { ignore: ['*'] })).toBe('{"type":"a"}');
    expect(json(['type', 'x.y', 'z'], ['a', 'b', 'c'], { ...map(['*', ['payload']]), ignore: ['z'] })).toBe(
      '{"type":"a","payload":{"x.y":"b"}}',
    );
  });

  it('passes over a column that it maps, where it is told to: a ready mapping is cut down like that', () => {
    expect(json(['a', 'b'], ['1', '2'], { ...map(['a', ['type']], ['b', ['eventId']]), ignore: ['b'] })).toBe(
      '{"type":"1"}',
    );
  });

  it('tells which of its columns a file has not', () => {
    const columns = map(['a', ['type']], ['b', ['eventId']], ['a + c', ['payload.x']], ['d', ['type']]);
    expect(plan(['a'], columns).missing).toEqual(['b']);
  });

  it('makes lists with an item for each row', () => {
    const made = objects(['id', 'sku', 'n'], {
      ...map(['id', ['payload.id']], ['sku', ['payload.items[].sku']], ['n', ['payload.items[].n']]),
      number: ['n'],
    });
    const rows = [
      ['7', 'A', '1'],
      ['7', '', ''],
      ['', 'B', '2.50'],
    ];
    expect(made.of(rows[0] as string[], rows).json).toBe(
      '{"payload":{"id":"7","items":[{"sku":"A","n":1},{"sku":"B","n":2.50}]}}',
    );
    expect(made.of(['7', '', '']).json).toBe('{"payload":{"id":"7"}}');
  });

  it('tells cells that are not of their type, and keeps them as they stand', () => {
    const made = objects(['payload.n', 'payload.j'], { number: ['payload.n'], json: ['payload.j'] });
    const { json, problems } = made.of(['1,5', '{']);
    expect(json).toBe('{"payload":{"n":"1,5","j":"{"}}');
    expect([...problems]).toEqual([
      ['payload.n', 'must be a number of JSON, such as 1234.50'],
      ['payload.j', 'must be JSON'],
    ]);
    expect([...made.of(['1.5', '{}']).problems]).toEqual([]);
  });

  it('converts fields, and tells why it cannot', () => {
    const made = objects(['type'], {}, [], {
      type: (text) => (text === 'no' ? { problem: 'must be yes' } : text.toUpperCase()),
    });
    expect(made.of(['yes']).json).toBe('{"type":"YES"}');
    const refused = made.of(['no']);
    expect([refused.json, ...refused.problems]).toEqual(['{"type":"no"}', ['type', 'must be yes']]);
  });

  it('takes away apostrophes of spreadsheets where it is told to', () => {
    const header = ['payload.a', 'payload.b', 'payload.c'];
    const made = new CsvObjects(plan(header), new Map(), {}, true);
    expect(made.of(["'0123", "'+31", "'t Hooft"]).json).toBe(`{"payload":{"a":"0123","b":"+31","c":"'t Hooft"}}`);
  });

  it('gives the text of a field that is no part of the object', () => {
    const mapping = { ...NO_MAPPING, ...map(['Mail', ['externalId', 'email']]) };
    const made = new CsvObjects(csvPlan(['Mail', 'name'], CUSTOMERS, mapping), new Map(), {
      externalId: (text) => `shop-${text}`,
    });
    expect(made.textOf('externalId', ['a@b', 'Ada'])).toBe('shop-a@b');
    expect(made.textOf('externalId', ['', 'Ada'])).toBe('');
    expect(made.of(['a@b', 'Ada']).json).toBe('{"email":"a@b","name":"Ada"}');
  });
});

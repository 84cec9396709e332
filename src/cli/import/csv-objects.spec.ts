import { describe, expect, it } from '@jest/globals';
import { CustomerEventRequest } from '../../customer-events/input/customer-event.request.ts';
import { csvObjects } from './csv-objects.ts';

const objects = (header: string[], textColumns: string[] = []) =>
  csvObjects(header, { requestClass: CustomerEventRequest, objectField: 'payload', besides: ['note'], textColumns });

describe('a header of CSV', () => {
  it.each<[string[], string[], RegExp]>([
    [['customerExternalId', 'typ'], [], /^The column "typ" is not a known field; did you mean type\?$/],
    [['type', 'payload,a'], [], /^The column "payload,a" is not a known field/],
    [['type', ''], [], /^The column "" is not a known field/],
    [['type', 'type'], [], /^The column "type" is there twice$/],
    [['payload', 'payload.a'], [], /^The column "payload\.a" is a part of a column that is a value$/],
    [['payload.a', 'payload.a.b'], [], /^The column "payload\.a\.b" is a part of a column that is a value$/],
    [['payload.a.b', 'payload.a'], [], /^The column "payload\.a" is a value, and other columns are parts of it$/],
    [['type'], ['payload.zip'], /^There is no column "payload\.zip" to be read as text$/],
  ])('%j is refused', (header, textColumns, message) => {
    expect(() => objects(header, textColumns)).toThrow(message);
  });

  it('makes the members of the objects, in their order, whatever they are called', () => {
    const { jsonText, indexOf } = objects([
      'payload.b',
      'note',
      'payload.__proto__.a',
      'type',
      'payload."',
      'payload.b2',
    ]);
    expect(jsonText(['1.0', 'for the reader', '[ 1 ]', '42', '{', ''])).toBe(
      '{"payload":{"b":1.0,"__proto__":{"a":[ 1 ]},"\\"":"{"},"type":"42"}',
    );
    expect(jsonText(['', 'x', '', '', '', ''])).toBe('{}');
    expect([indexOf('note'), indexOf('nothing')]).toEqual([1, -1]);
  });
});

import { describe, expect, it } from '@jest/globals';
import type * as Module from './domain-error.ts';

// Another address is another module for Node: what is defined here is no error of the product, for no other test.
const OWN = './domain-error.ts?of=domain-error.spec';
const { defineError, defineErrorOf, DomainError, errorAsValue, errorDefinitions } = (await import(
  OWN
)) as typeof Module;

class SeatTaken extends DomainError {}

const seatTaken = defineErrorOf(
  SeatTaken,
  'conflict',
  'SEAT_TAKEN',
  (row: number, seats: readonly string[], cause?: Error) => ({
    message: `Row ${row} has no free seat`,
    details: { seats },
    cause,
  }),
  7,
  ['a'],
);

describe('defineError', () => {
  it('returns the function that makes the error, with its kind, code and example', () => {
    const soldOut = defineError('gone', 'SOLD_OUT', () => ({ message: 'There are no tickets left' }));
    const error = soldOut();
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({ kind: 'gone', code: 'SOLD_OUT', message: 'There are no tickets left' });
    expect(error.details).toBeUndefined();
    expect(Object.hasOwn(error, 'cause')).toBe(false);
    expect([soldOut.kind, soldOut.code]).toEqual(['gone', 'SOLD_OUT']);
    expect(soldOut.example()).toEqual(error);
    expect(errorDefinitions()).toContain(soldOut);
  });

  it('makes errors of a subclass, of the arguments that it is given', () => {
    const cause = new Error('booked');
    const error = seatTaken(3, ['b'], cause);
    expect(error).toBeInstanceOf(SeatTaken);
    expect(error).toMatchObject({ message: 'Row 3 has no free seat', details: { seats: ['b'] }, cause });
    expect(seatTaken.example()).toMatchObject({ message: 'Row 7 has no free seat', details: { seats: ['a'] } });
  });

  it('lets several definitions share a code, but not with different kinds', () => {
    expect(defineError('conflict', 'SEAT_TAKEN', () => ({ message: 'Taken' }))().code).toBe('SEAT_TAKEN');
    expect(() => defineError('gone', 'SEAT_TAKEN', () => ({ message: 'Taken' }))).toThrow(
      'the error code SEAT_TAKEN is conflict already, and cannot be gone',
    );
  });
});

describe('errorAsValue', () => {
  const throwing = (error: unknown) => () => {
    throw error;
  };

  it('returns what the work returns', () => expect(errorAsValue(() => 42)).toBe(42));

  it('returns a DomainError that the work throws', () => {
    const error = seatTaken(1, []);
    expect(errorAsValue(throwing(error))).toBe(error);
  });

  it('throws any other error on', () => {
    const error = new TypeError('a bug');
    expect(() => errorAsValue(throwing(error))).toThrow(error);
  });
});

import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { fieldTooLarge, invalidFields } from '../../../libs/kernel/input-error.ts';
import { unknownField } from './unknown-field.ts';
import { wrongFields } from './wrong-fields.ts';

describe('wrongFields', () => {
  it('gives the names of our own fields, and one name for all that a client has made up', () => {
    const error = invalidFields({
      type: ['must be a string'],
      sk_live_agent_x: [unknownField('sk_live_agent_x', ['type'])],
      typ: [unknownField('typ', ['type'])],
      payload: ['is given more than once'],
    });
    expect(wrongFields(error)).toEqual(['type', '(unknown field)', 'payload']);
  });

  it('gives the field that is too large, and those in which a repeated event differs', () => {
    expect(wrongFields(fieldTooLarge('payload', 10))).toEqual(['payload']);
    const conflict = new DomainError('conflict', 'X', {
      message: 'x',
      details: { payload: ['differs'], type: ['differs'] },
    });
    expect(wrongFields(conflict)).toEqual(['payload', 'type']);
  });

  it('gives nothing where fields were not the reason', () => {
    expect(wrongFields(new DomainError('unavailable', 'X', { message: 'x', details: { outcome: 'unknown' } }))).toEqual(
      [],
    );
    expect(wrongFields(new DomainError('invalid', 'X', { message: 'x' }))).toEqual([]);
    const other = { version: 3, before: null, list: [] };
    expect(wrongFields(new DomainError('conflict', 'X', { message: 'x', details: other }))).toEqual(['list']);
  });
});

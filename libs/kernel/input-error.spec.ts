import { describe, expect, it } from '@jest/globals';
import { invalidField, invalidFields } from './input-error.ts';

describe('invalidFields', () => {
  it('names the fields in its message, and what is wrong with each in its details', () => {
    const error = invalidFields({ type: ['must be a string'], limit: ['must be a number'] });
    expect(error).toMatchObject({
      kind: 'invalid',
      code: 'VALIDATION_ERROR',
      message: 'The request is not valid: type, limit',
      details: { type: ['must be a string'], limit: ['must be a number'] },
    });
  });

  it('takes a field named __proto__ like any other', () => {
    const { message, details } = invalidField('__proto__', 'is not a known field');
    expect(message).toBe('The request is not valid: __proto__');
    expect(JSON.stringify(details)).toBe('{"__proto__":["is not a known field"]}');
  });
});

import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { aCustomer, APP, instant, OTHER_APP } from '../../../test/support/builders.ts';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { changedCustomer, customerIdOf } from './customer.ts';

describe('customerIdOf', () => {
  it('is the first 24 base-36 digits of SHA-256(app id, 0x00, external id)', () => {
    const digest = BigInt(`0x${createHash('sha256').update(`${APP}\u0000user_42`).digest('hex')}`);
    expect(customerIdOf(APP, 'user_42')).toBe(`c${digest.toString(36).padStart(50, '0').slice(0, 24)}`);
  });

  it('never changes', () => {
    expect(customerIdOf('a', 'b')).toBe(customerIdOf('a', 'b'));
    expect(customerIdOf('a', 'b')).toMatch(/^c[a-z0-9]{24}$/);
  });

  it('is another one for each app, and each external id, however alike', () => {
    const ids = ['user_42', 'USER_42', 'user_42 ', 'é', 'e\u0301', '💥', 'x'.repeat(255)].flatMap((id) => [
      customerIdOf(APP, id),
      customerIdOf(OTHER_APP, id),
    ]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('changedCustomer', () => {
  it('leaves the customer that it is given as it is', () => {
    const before = aCustomer('user_42', { phone: '1' });
    const copy = { ...before };
    const after = changedCustomer(before, { phone: null, metadata: new JsonText('{"a":1}') }, instant('2027-01-01'));
    expect(before).toEqual(copy);
    expect(after).toEqual({
      ...before,
      phone: null,
      metadata: new JsonText('{"a":1}'),
      updatedAt: '2027-01-01T00:00:00Z',
    });
  });
});

import type { Instant } from './types.ts';

/**
 * Below 0 where `a` is earlier than `b`, 0 where they are the same microsecond. They are compared as texts, whose fractions
 * differ in length: a Date keeps only three of their digits.
 */
export function compareInstants(a: Instant, b: Instant): number {
  const [left, right] = [padded(a), padded(b)];
  return left < right ? -1 : Number(left > right);
}

/** With all of its six digits after the point. */
function padded(instant: Instant): string {
  const [whole = '', fraction = ''] = instant.replace('Z', '').split('.');
  return `${whole}.${fraction.padEnd(6, '0')}`;
}

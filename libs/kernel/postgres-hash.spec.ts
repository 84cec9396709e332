import { describe, expect, it } from '@jest/globals';
import { postgresHash } from './postgres-hash.ts';

/** `SELECT hashtext($1)` on PostgreSQL 15; test/db/shards.spec.ts asks the PostgreSQL of the run. */
const HASHES = [
  ['', -1477818771],
  ['a', 1075015857],
  ['0', -1970733076],
  ['customer', -1205532144],
  ['twelve bytes', 652846557],
  ['zwölf Boxkämpfer', -401503818],
  ['c0123456789abcdefghijklmno', -2143832428],
] as const;

describe('postgresHash', () => {
  it.each(HASHES)('hashes %j as PostgreSQL does', (text, hash) => {
    expect(postgresHash(text)).toBe(hash);
  });

  it('hashes bytes like the text that they encode', () => {
    expect(postgresHash(Buffer.from('zwölf Boxkämpfer'))).toBe(postgresHash('zwölf Boxkämpfer'));
  });
});

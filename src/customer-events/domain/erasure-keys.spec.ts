import { describe, expect, it } from '@jest/globals';
import { ErasureKeys, secretIdOf } from './erasure-keys.ts';

const NEW = 'the new secret, of thirty-two characters';
const OLD = 'the old secret, of thirty-two characters';
const ADA = 'c123456789012345678901234';

describe('ErasureKeys', () => {
  it('name a customer by a pseudonym that only the secret gives', () => {
    const keys = new ErasureKeys([NEW]);
    expect(keys.pseudonym(ADA)).toMatch(/^[0-9a-f]{8}\.[0-9a-f]{32}$/);
    expect(keys.pseudonym(ADA)).toBe(new ErasureKeys([NEW]).pseudonym(ADA));
    expect(keys.pseudonym(ADA)).not.toBe(new ErasureKeys([OLD]).pseudonym(ADA));
    expect(keys.pseudonym(ADA)).not.toBe(keys.pseudonym(`${ADA}x`));
    expect(secretIdOf(keys.pseudonym(ADA))).toBe(keys.secretIds[0]);
  });

  it('keep of an erased eventId nothing that could be found without the secret', () => {
    const [first, second] = [new ErasureKeys([NEW]), new ErasureKeys([OLD])].map((keys) => keys.erasedId(ADA, 'o-1'));
    expect(first?.key).toHaveLength(32);
    expect(first?.key).not.toEqual(second?.key);
    expect(first?.key).not.toEqual(new ErasureKeys([]).erasedId(ADA, 'o-1').key);
    expect(JSON.stringify(first)).not.toContain(ADA);
  });

  it('know what was made with any of the secrets, or with none, and make new ones with the first', () => {
    const keys = new ErasureKeys([NEW, OLD]);
    const [byNew, byOld, byNone] = [[NEW], [OLD], []].map((secrets) => new ErasureKeys(secrets));
    expect(keys.erasedId(ADA, 'o-1')).toEqual(byNew?.erasedId(ADA, 'o-1'));
    expect(keys.erasedIds(ADA, 'o-1')).toEqual([byNew, byOld, byNone].map((all) => all?.erasedId(ADA, 'o-1')));
    expect(keys.pseudonyms(ADA)).toEqual([byNew?.pseudonym(ADA), byOld?.pseudonym(ADA), ADA]);
    expect(keys.eventPseudonyms(ADA, 'c1')).toHaveLength(3);
    expect(keys.eventPseudonym(ADA, 'c1')).toBe(byNew?.eventPseudonym(ADA, 'c1'));
    expect(keys.secretIds).toEqual([...(byNew?.secretIds ?? []), ...(byOld?.secretIds ?? [])]);
  });

  it('make of a row without a secret the very one that the first secret would have made', () => {
    const keys = new ErasureKeys([NEW, OLD]);
    const plain = new ErasureKeys([]).erasedId(ADA, 'o-1');
    expect(plain).toMatchObject({ secretId: '', customer: ADA });
    expect(keys.byFirst(plain)).toEqual(keys.erasedId(ADA, 'o-1'));
    expect(new ErasureKeys([]).byFirst(plain)).toEqual(plain);
  });

  it('name a viewer by a pseudonym of the app alone, whatever the case of the letters, with a secret or without', () => {
    for (const keys of [new ErasureKeys([NEW, OLD]), new ErasureKeys([])]) {
      const pseudonym = keys.viewerPseudonym('app-1', 'Grace@Example.com');
      expect(pseudonym).toBe(keys.viewerPseudonym('app-1', 'grace@example.com'));
      expect(pseudonym).not.toBe(keys.viewerPseudonym('app-2', 'grace@example.com'));
      expect(pseudonym).toMatch(/^(?:[0-9a-f]{8}\.)?[0-9a-f]{32}$/);
      expect(secretIdOf(pseudonym)).toBe(keys.secretIds[0] ?? '');
    }
  });

  it('tell apart what is joined from parts', () => {
    const keys = new ErasureKeys([NEW]);
    expect(keys.eventPseudonym('c1', 'c2')).not.toBe(keys.eventPseudonym('c2', 'c1'));
    expect(secretIdOf(ADA)).toBe('');
    expect(keys.pseudonym('id')).not.toContain(keys.secretIds[0]?.repeat(2));
  });
});

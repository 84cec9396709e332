import { describe, expect, it } from '@jest/globals';
import { wrongFormat } from './file-format.ts';

describe('wrongFormat', () => {
  it.each<[string, Buffer, string]>([
    ['a workbook', Buffer.from('PK\x03\x04\x14\x00\x06\x00'), 'a workbook of Excel (XLSX)'],
    ['an old workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), 'a workbook of Excel (XLS)'],
    ['UTF-16 with a byte order mark', Buffer.from('\ufeffexternalId,email', 'utf16le'), 'text in UTF-16'],
    ['UTF-16 without one', Buffer.from('externalId,email', 'utf16le'), 'text in UTF-16'],
    ['UTF-16 in the other order', Buffer.from('\ufeffexternalId', 'utf16le').swap16(), 'text in UTF-16'],
    ['bzip2', Buffer.from('BZh91AY&SY'), 'compressed with bzip2'],
  ])('tells %s, and what to do', (_, bytes, message) => {
    expect(wrongFormat(bytes)).toContain(message);
  });

  it('has nothing to say of text, a damaged one too', () => {
    for (const text of ['', 'externalId,email\n', '{"a":1}\n', '\ufeffäöü,€\n', 'PK,BZ\n', '{"a":"one NUL: \0"}'])
      expect(wrongFormat(Buffer.from(text))).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import { requireNdjson, requireText } from './file-signature.ts';

describe('requireText', () => {
  it.each<[string, Buffer, string]>([
    ['a workbook', Buffer.from('PK\x03\x04\x14\x00\x06\x00'), 'a workbook of Excel (XLSX)'],
    ['an old workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), 'a workbook of Excel (XLS)'],
    ['UTF-16 with a byte order mark', Buffer.from('\ufeffexternalId,email', 'utf16le'), 'text in UTF-16'],
    ['UTF-16 without one', Buffer.from('externalId,email', 'utf16le'), 'text in UTF-16'],
    ['UTF-16 in the other order', Buffer.from('\ufeffexternalId', 'utf16le').swap16(), 'text in UTF-16'],
    ['bzip2', Buffer.from('BZh91AY&SY'), 'compressed with bzip2'],
  ])('refuses %s, and says what it is', (_, bytes, message) => {
    expect(() => requireText(bytes)).toThrow(message);
  });

  it('takes text', () => {
    for (const text of ['', 'externalId,email\n', '{"a":1}\n', '\ufeffäöü,€\n', 'PK,BZ\n'])
      requireText(Buffer.from(text));
  });
});

describe('requireNdjson', () => {
  it.each([
    ['[{"type":"a"}]', 'a JSON array'],
    ['\ufeff\n [\n', 'a JSON array'],
    ['customerExternalId,type\nuser_42,a\n', '--format csv'],
  ])('refuses %j', (text, message) => {
    expect(() => requireNdjson(Buffer.from(text))).toThrow(message);
  });

  it('takes objects, and what may be a damaged line', () => {
    for (const text of ['', '\n\n{"type":"a"}\n', '\ufeff{"a":1}', 'no json\n']) requireNdjson(Buffer.from(text));
  });
});

import { describe, expect, it } from '@jest/globals';
import { ndjsonText } from './ndjson-text.ts';

async function* pieces(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string | Buffer, size = 1_000_000): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of ndjsonText(pieces(text, size), (sentence) => new Error(sentence))) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('ndjsonText', () => {
  it.each([
    ['lines', '{"a":1}\n{"b":2}\r\n'],
    ['nothing', ''],
    ['blank lines first', '\n \n{"a":1}\n'],
    ['a byte order mark', '\ufeff{"a":1}\n'],
    ['a damaged first line', '{"a":1\n{"b":2}\n'],
    ['a first line that is no JSON', 'no json\n{"b":2}\n'],
    ['an array of something else as its first line', '[1]\n{"b":2}\n'],
    ['a first line of two objects, with others behind it', '{"a":1}{"c":1}\n{"d":1}\n'],
    ['a first line that is long', `{"a":"${'x'.repeat(200_000)}"}\n{"b":2}`],
  ])('passes on %s as it is', async (_, text) => {
    // Byte by byte a long line takes seconds, and says no more.
    for (const size of [1_000_000, text.length < 1_000 ? 1 : 61, 7]) expect(await read(text, size)).toBe(text);
  });

  it.each(['', '\ufeff', '\ufeff\n '])('reads a JSON array as its elements', async (before) => {
    for (const size of [1_000_000, 1, 7]) {
      const text = await read(`${before}[\n {"a":1},\n {"b":2}\n]\n`, size);
      expect(text.split('\n').map((line) => line.trim())).toEqual(['{"a":1}', '{"b":2}']);
    }
  });

  it.each<[string, string | Buffer, RegExp]>([
    ['a workbook', Buffer.from('PK\x03\x04\x14\x00'), /^This is a workbook of Excel/],
    ['UTF-16', Buffer.from('\ufeff{"type":"a"}\n', 'utf16le'), /^This is text in UTF-16/],
    ['CSV', 'customerExternalId,type\nuser_42,a\n', /^This is CSV/],
    ['CSV in quotes', '"type";"customerExternalId"\n', /^This is CSV/],
    ['lines without line ends', '{"a":{"b":"}{"}}{"c":1}', /^The lines have lost their line ends/],
    ['lines with spaces between them', '\n{"a":1} {"c":1}\n\n', /^The lines have lost their line ends/],
    ['an array that is cut off', '[{"a":1},{"b":', /^The JSON array does not end/],
  ])('refuses %s in a sentence', async (_, text, sentence) => {
    for (const size of [1_000_000, 1, 7]) await expect(read(text, size)).rejects.toThrow(sentence);
  });
});

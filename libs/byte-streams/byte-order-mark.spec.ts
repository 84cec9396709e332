import { describe, expect, it } from '@jest/globals';
import { withoutByteOrderMark } from './byte-order-mark.ts';

const MARK = [0xef, 0xbb, 0xbf];

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('withoutByteOrderMark', () => {
  it.each([
    ['passes on an empty stream', [], []],
    ['drops a byte order mark', [...MARK, 0x61, 0x62], [0x61, 0x62]],
    ['drops a byte order mark that is all there is', MARK, []],
    ['drops only the first of two byte order marks', [...MARK, ...MARK], MARK],
    ['keeps a byte order mark that is not at the beginning', [0x61, ...MARK], [0x61, ...MARK]],
    ['keeps half a byte order mark at the end of the stream', [0xef, 0xbb], [0xef, 0xbb]],
    ['keeps a beginning that is like a byte order mark', [0xef, 0xbb, 0x80, 0x61], [0xef, 0xbb, 0x80, 0x61]],
    ['passes on bytes without a byte order mark', [0x61, 0x62, 0x63], [0x61, 0x62, 0x63]],
  ])('%s, wherever the chunks are cut', async (_title, given, expected) => {
    for (const size of [1, 2, 3, 100]) {
      const passed: Buffer[] = [];
      for await (const chunk of withoutByteOrderMark(chunked(Buffer.from(given), size))) passed.push(chunk);
      expect([...Buffer.concat(passed)]).toEqual(expected);
    }
  });

  it('holds nothing back that cannot be the beginning of a byte order mark', async () => {
    const source = chunked(Buffer.from('ab'), 1);
    const filtered = withoutByteOrderMark(source);
    expect((await filtered.next()).value).toEqual(Buffer.from('a'));
  });
});

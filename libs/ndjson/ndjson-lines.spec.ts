import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { LineSplitter } from './line-splitter.ts';
import type { NdjsonLine } from './ndjson-line.ts';
import { ndjsonLines } from './ndjson-lines.ts';
import { randomWholeNumbers } from '../../test/support/random.ts';

const bytesOf = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

async function* inChunks(input: Buffer, size: number): AsyncGenerator<Buffer> {
  // Copies, as a socket would give them: a chunk shares no memory with its neighbour.
  for (let at = 0; at < input.length; at += size) yield Buffer.from(input.subarray(at, at + size));
}

async function batchesOf(source: AsyncIterable<Buffer>, maxLineBytes = 1000): Promise<NdjsonLine[][]> {
  const batches: NdjsonLine[][] = [];
  for await (const batch of ndjsonLines(source, { maxLineBytes })) batches.push(batch);
  return batches;
}

type Shown = [line: number, content: string] | [line: number, tooLong: number];
const shown = (line: NdjsonLine): Shown =>
  line.tooLong ? [line.number, line.bytesSeen] : [line.number, line.bytes.toString('latin1')];
const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

async function linesOf(input: Buffer, maxLineBytes = 1000, chunkSize = 65_536): Promise<Shown[]> {
  return (await batchesOf(inChunks(input, chunkSize), maxLineBytes)).flat().map(shown);
}

interface Case {
  what: string;
  input: Buffer;
  limit?: number;
  lines: Shown[];
}

const BOM = [0xef, 0xbb, 0xbf];
const CASES: Case[] = [
  { what: 'nothing', input: bytesOf(''), lines: [] },
  { what: 'one line', input: bytesOf('{"a":1}\n'), lines: [[1, '{"a":1}']] },
  {
    what: 'no final line feed',
    input: bytesOf('{}\n[]'),
    lines: [
      [1, '{}'],
      [2, '[]'],
    ],
  },
  {
    what: 'CRLF',
    input: bytesOf('1\r\n2\r\n'),
    lines: [
      [1, '1'],
      [2, '2'],
    ],
  },
  {
    what: 'LF and CRLF mixed',
    input: bytesOf('1\n2\r\n3'),
    lines: [
      [1, '1'],
      [2, '2'],
      [3, '3'],
    ],
  },
  {
    what: 'a CR before the end',
    input: bytesOf('1\r\n2\r'),
    lines: [
      [1, '1'],
      [2, '2'],
    ],
  },
  {
    what: 'a lone CR, which is no break',
    input: bytesOf('[1,\r2]\n3'),
    lines: [
      [1, '[1,\r2]'],
      [2, '3'],
    ],
  },
  {
    what: 'two CRs, of which one is content',
    input: bytesOf('1\r\r\n2'),
    lines: [
      [1, '1\r'],
      [2, '2'],
    ],
  },
  {
    what: 'LF CR',
    input: bytesOf('1\n\r2\n\r'),
    lines: [
      [1, '1'],
      [2, '\r2'],
    ],
  },
  {
    what: 'blank lines, counted',
    input: bytesOf('\n\n1\n \t \n\r\n2\n\n'),
    lines: [
      [3, '1'],
      [6, '2'],
    ],
  },
  { what: 'blank lines only', input: bytesOf('\n \n\t\r\n  '), lines: [] },
  { what: 'a last line of spaces', input: bytesOf('1\n   '), lines: [[1, '1']] },
  { what: 'spaces around a value, kept', input: bytesOf(' 1 \n'), lines: [[1, ' 1 ']] },
  {
    what: 'form feed and no-break space, which are no white space of JSON',
    input: bytesOf('\f\n\u00a0\n'),
    lines: [
      [1, '\f'],
      [2, latin1('\u00a0')],
    ],
  },
  {
    what: 'NUL bytes',
    input: bytesOf([0, 0, 10, 0]),
    lines: [
      [1, '\0\0'],
      [2, '\0'],
    ],
  },
  {
    what: 'a byte order mark',
    input: bytesOf(BOM, '{}\n{}'),
    lines: [
      [1, '{}'],
      [2, '{}'],
    ],
  },
  { what: 'a byte order mark alone', input: bytesOf(BOM), lines: [] },
  { what: 'a byte order mark and a line feed', input: bytesOf(BOM, '\n1'), lines: [[2, '1']] },
  {
    what: 'two byte order marks, of which one is content',
    input: bytesOf(BOM, BOM, '1'),
    lines: [[1, `${latin1('\ufeff')}1`]],
  },
  {
    what: 'a byte order mark in line 2',
    input: bytesOf('1\n', BOM, '2'),
    lines: [
      [1, '1'],
      [2, `${latin1('\ufeff')}2`],
    ],
  },
  { what: 'half a byte order mark', input: bytesOf([0xef, 0xbb]), lines: [[1, '\xef\xbb']] },
  {
    what: 'half a byte order mark and a line',
    input: bytesOf([0xef, 0xbb], '\n1'),
    lines: [
      [1, '\xef\xbb'],
      [2, '1'],
    ],
  },
  {
    what: 'a beginning like a byte order mark',
    input: bytesOf([0xef, 0x41, 0x0a, 0x42]),
    lines: [
      [1, '\xefA'],
      [2, 'B'],
    ],
  },
  {
    what: 'characters like a byte order mark',
    input: bytesOf('\ufec0\n\uff3f\n'),
    lines: [
      [1, latin1('\ufec0')],
      [2, latin1('\uff3f')],
    ],
  },
  { what: 'the other of them', input: bytesOf('\uff3f\n'), lines: [[1, latin1('\uff3f')]] },
  {
    what: 'U+2028, U+2029, U+0085, VT and FF, which are no breaks',
    input: bytesOf('"\u2028\u2029\u0085\v\f"\n1'),
    lines: [
      [1, latin1('"\u2028\u2029\u0085\v\f"')],
      [2, '1'],
    ],
  },
  {
    what: 'characters of two, three and four bytes',
    input: bytesOf('"é"\n"€"\n"😀"\n"\u010a\u0a0a"'),
    lines: [
      [1, latin1('"é"')],
      [2, latin1('"€"')],
      [3, latin1('"😀"')],
      [4, latin1('"\u010a\u0a0a"')],
    ],
  },
  {
    what: 'bytes that are not UTF-8',
    input: bytesOf([0xff, 0xfe, 10, 0xc3]),
    lines: [
      [1, '\xff\xfe'],
      [2, '\xc3'],
    ],
  },
  {
    what: 'a line at the limit',
    input: bytesOf('12345\n1\n'),
    limit: 5,
    lines: [
      [1, '12345'],
      [2, '1'],
    ],
  },
  {
    what: 'a line at the limit with CRLF',
    input: bytesOf('12345\r\n1\r\n'),
    limit: 5,
    lines: [
      [1, '12345'],
      [2, '1'],
    ],
  },
  { what: 'a last line at the limit', input: bytesOf('12345'), limit: 5, lines: [[1, '12345']] },
  {
    what: 'a line one over the limit',
    input: bytesOf('123456\n1\n'),
    limit: 5,
    lines: [
      [1, 6],
      [2, '1'],
    ],
  },
  {
    what: 'the same with CRLF',
    input: bytesOf('123456\r\n1\r\n'),
    limit: 5,
    lines: [
      [1, 6],
      [2, '1'],
    ],
  },
  {
    what: 'the same with two CRs',
    input: bytesOf('12345\r\r\n1\r\n'),
    limit: 5,
    lines: [
      [1, 6],
      [2, '1'],
    ],
  },
  {
    what: 'a last line over the limit',
    input: bytesOf('1\n1234567'),
    limit: 5,
    lines: [
      [1, '1'],
      [2, 7],
    ],
  },
  {
    what: 'a last line over the limit with CR',
    input: bytesOf('1\n1234567\r'),
    limit: 5,
    lines: [
      [1, '1'],
      [2, 7],
    ],
  },
  {
    what: 'long lines between short ones',
    input: bytesOf('1\n', 'x'.repeat(50), '\n2\n\n', 'y'.repeat(51), '\r\n', 'z'.repeat(52), '\n3'),
    limit: 5,
    lines: [
      [1, '1'],
      [2, 50],
      [3, '2'],
      [5, 51],
      [6, 52],
      [7, '3'],
    ],
  },
  {
    what: 'a blank line over the limit',
    input: bytesOf(' '.repeat(9), '\n1'),
    limit: 5,
    lines: [
      [1, 9],
      [2, '1'],
    ],
  },
  {
    what: 'a byte order mark, not counted',
    input: bytesOf(BOM, '12345\n123456\n'),
    limit: 5,
    lines: [
      [1, '12345'],
      [2, 6],
    ],
  },
  {
    what: 'a byte order mark before a line over the limit',
    input: bytesOf(BOM, '123456789\n1'),
    limit: 5,
    lines: [
      [1, 9],
      [2, '1'],
    ],
  },
  {
    what: 'the smallest limit',
    input: bytesOf('1\n12\n3\r\n'),
    limit: 1,
    lines: [
      [1, '1'],
      [2, 2],
      [3, '3'],
    ],
  },
];

describe('ndjsonLines', () => {
  it.each(CASES)('cuts $what', async ({ input, limit, lines }) => {
    expect(await linesOf(input, limit)).toEqual(lines);
  });

  describe.each([1, 2, 3, 4, 5, 6, 7])('in chunks of %i', (size) => {
    it.each(CASES)('cuts $what', async ({ input, limit, lines }) => {
      expect(await linesOf(input, limit, size)).toEqual(lines);
    });
  });

  it('gives the same lines however random bytes are cut, as splitting the whole does', async () => {
    const random = randomWholeNumbers(20_260_418);
    const alphabet = bytesOf('\n\n\r\r\n ab{}"', BOM, [0xe2, 0x80, 0xa8]);
    for (let round = 0; round < 300; round++) {
      const input = Buffer.from(Array.from({ length: random(120) }, () => alphabet[random(alphabet.length)] as number));
      const limit = 1 + random(12);
      const chunks: Buffer[] = [];
      for (let at = 0; at < input.length;) {
        const size = random(9);
        chunks.push(Buffer.from(input.subarray(at, at + size)));
        at += size;
      }
      const lines = (await batchesOf(Readable.from(chunks, { objectMode: true }), limit)).flat().map(shown);
      expect(lines).toEqual(splitWhole(input, limit));
    }
  });

  it('gives the lines of a chunk together, and no empty batch', async () => {
    const chunks = ['1\n2\n3', '', '\n', '4', '5\n\n\n', '\n', '6'].map((text) => Buffer.from(text));
    const batches = await batchesOf(Readable.from(chunks, { objectMode: true }));
    expect(batches.map((batch) => batch.map(shown))).toEqual([
      [
        [1, '1'],
        [2, '2'],
      ],
      [[3, '3']],
      [[4, '45']],
      [[8, '6']],
    ]);
  });

  it('does not write over a line that it has given out', async () => {
    const batches = await batchesOf(inChunks(Buffer.from('aaaa\nbbbb\ncccc\ndddd'), 3));
    expect(batches.flat().map(shown)).toEqual([
      [1, 'aaaa'],
      [2, 'bbbb'],
      [3, 'cccc'],
      [4, 'dddd'],
    ]);
  });

  it('keeps no chunk alive for the piece of a line at its end', async () => {
    const chunk = Buffer.alloc(1 << 20, 'x');
    chunk[chunk.length - 3] = 0x0a;
    const [, line] = (await batchesOf(Readable.from([chunk, Buffer.from('\n')], { objectMode: true }), 2 << 20)).flat();
    expect(line && !line.tooLong && line.bytes.toString()).toBe('xx');
    expect(line && !line.tooLong && line.bytes.buffer.byteLength).toBeLessThan(64);
  });

  it('reads past a line of 256 MiB in constant memory', async () => {
    const piece = Buffer.alloc(1 << 20, 'x');
    async function* source(): AsyncGenerator<Buffer> {
      yield Buffer.from('1\n');
      for (let sent = 0; sent < 256; sent++) yield piece;
      yield Buffer.from('\n2\n');
    }
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const lines: Shown[] = [];
    for await (const batch of ndjsonLines(source(), { maxLineBytes: 65_536 })) {
      most = Math.max(most, process.memoryUsage().arrayBuffers);
      lines.push(...batch.map(shown));
    }
    expect(lines).toEqual([
      [1, '1'],
      [2, 256 << 20],
      [3, '2'],
    ]);
    expect(most - before).toBeLessThan(8 << 20);
  });

  it('puts a long line of single bytes together in linear time', () => {
    const begun = performance.now();
    const splitter = new LineSplitter(2 << 20);
    const one = Buffer.from('x');
    for (let sent = 0; sent < 1_000_000; sent++) splitter.push(one);
    const [line] = splitter.end();
    expect(line && !line.tooLong && line.bytes.length).toBe(1_000_000);
    // A tenth of a second; a copy per byte would be 500 GB.
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('keeps nothing of a chunk that its source fills anew', () => {
    const splitter = new LineSplitter(100);
    const lines: NdjsonLine[] = [];
    const chunk = Buffer.alloc(2);
    for (const text of ['\xef\xbb', '\xbf1', '\n2', '34', '56', '\n7']) {
      chunk.write(text, 'latin1');
      lines.push(...splitter.push(chunk));
    }
    expect([...lines, ...splitter.end()].map(shown)).toEqual([
      [1, '1'],
      [2, '23456'],
      [3, '7'],
    ]);
  });

  it('throws what the source throws, after the lines before it and without the broken one', async () => {
    async function* source(): AsyncGenerator<Buffer> {
      yield Buffer.from('1\n{"half":');
      throw new Error('the connection broke');
    }
    const lines: Shown[] = [];
    const reading = async (): Promise<void> => {
      for await (const batch of ndjsonLines(source(), { maxLineBytes: 100 })) lines.push(...batch.map(shown));
    };
    await expect(reading()).rejects.toThrow('the connection broke');
    expect(lines).toEqual([[1, '1']]);
  });

  it('ends the source when the loop is left', async () => {
    const source = Readable.from([Buffer.from('1\n'), Buffer.from('2\n'), Buffer.from('3\n')]);
    for await (const batch of ndjsonLines(source, { maxLineBytes: 100 })) {
      expect(batch.map(shown)).toEqual([[1, '1']]);
      break;
    }
    expect(source.destroyed).toBe(true);
  });

  it.each([0, -1, 1.5, NaN, Infinity, '5' as unknown as number])('refuses the limit %p at once', (maxLineBytes) => {
    expect(() => ndjsonLines(Readable.from([]), { maxLineBytes })).toThrow(RangeError);
  });
});

/** The same rules, on the whole input at once. */
function splitWhole(input: Buffer, limit: number): Shown[] {
  const text = input.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  const pieces = text.split('\n');
  if (pieces.at(-1) === '') pieces.pop();
  return pieces.flatMap((piece, index): Shown[] => {
    const content = piece.replace(/\r$/, '');
    if (content.length > limit) return [[index + 1, content.length]];
    return /^[ \t\r]*$/.test(content) ? [] : [[index + 1, content]];
  });
}

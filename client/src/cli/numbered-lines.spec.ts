import { describe, expect, it } from '@jest/globals';
import { MAX_LINE_BYTES, numberedLines, type NumberedLine } from './numbered-lines.ts';

/** The same buffer again and again, as some streams do. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) yield buffer.subarray(0, bytes.copy(buffer, 0, at, at + size));
}

async function linesOf(text: string | Buffer, size = 65_536): Promise<NumberedLine[]> {
  const lines: NumberedLine[] = [];
  for await (const line of numberedLines(pieces(Buffer.from(text as string), size))) lines.push(line);
  return lines;
}

describe('the lines of a file', () => {
  it('have their numbers, with blank ones counted and left out, wherever they are cut', async () => {
    const text = '\ufeff{"a":"ä🙂"}\r\n\n \t\r\n{"b":2}\n{"c":3}';
    for (const size of [1, 2, 3, 1_000]) {
      const lines = await linesOf(text, size);
      expect(lines.map(({ number, text }) => [number, text?.trim()])).toEqual([
        [1, '{"a":"ä🙂"}'],
        [4, '{"b":2}'],
        [5, '{"c":3}'],
      ]);
    }
  });

  it('are held up to their limit, and told without their content beyond it', async () => {
    const longest = `{"a":"${'x'.repeat(MAX_LINE_BYTES - 8)}"}`;
    const lines = await linesOf(`${longest}\n${longest} \n{}\n`);
    expect(lines).toEqual([
      { number: 1, text: longest },
      { number: 2, text: undefined, problem: 'too long' },
      { number: 3, text: '{}' },
    ]);
  });

  it('that are not UTF-8 are told', async () => {
    const lines = await linesOf(Buffer.concat([Buffer.from('{}\n{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n{}')]));
    expect(lines.map(({ problem }) => problem)).toEqual([undefined, 'not UTF-8', undefined]);
  });

  it.each([
    ['CSV', 'customerExternalId,type\na,b\n', 'This is not NDJSON, which has one JSON object a line; CSV is for'],
    ['an array', '\n[{"a":1}]', 'This is a JSON array, not NDJSON'],
    ['gzip', Buffer.from([0x1f, 0x8b, 0x08, 0xff]), 'gunzip'],
  ])('of %s are refused before the first is given out', async (_what, text, message) => {
    await expect(linesOf(text)).rejects.toThrow(message);
  });
});

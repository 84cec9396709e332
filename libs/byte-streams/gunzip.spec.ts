import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { gunzip } from './gunzip.ts';

const TEXT = 'a line of text\n'.repeat(10_000);
const invalidGzip = (): Error => new Error('no gzip');

async function* chunked(bytes: Buffer, size = 1_000, onEnd = (): void => {}): AsyncGenerator<Buffer> {
  try {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  } finally {
    onEnd();
  }
}

const decompressed = async (source: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of gunzip(source, 4_096, invalidGzip)) {
    expect(chunk.length).toBeLessThanOrEqual(4_096);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

describe('gunzip', () => {
  it('decompresses a stream into chunks of the given size', async () => {
    expect(await decompressed(chunked(gzipSync(TEXT)))).toBe(TEXT);
  });

  it('decompresses members that follow each other, as `cat a.gz b.gz` writes them', async () => {
    expect(await decompressed(chunked(Buffer.concat([gzipSync('a'), gzipSync('b')])))).toBe('ab');
  });

  it.each([
    ['is no gzip', Buffer.from(TEXT)],
    ['is cut off', gzipSync(TEXT).subarray(0, 100)],
    ['is damaged', Buffer.concat([gzipSync(TEXT).subarray(0, 30), Buffer.alloc(100)])],
  ])('throws the error of its caller for a stream that %s', async (_what, bytes) => {
    await expect(decompressed(chunked(bytes))).rejects.toThrow('no gzip');
  });

  it('throws on what the source throws', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield gzipSync(TEXT).subarray(0, 100);
      throw new Error('the connection broke');
    }
    await expect(decompressed(failing())).rejects.toThrow('the connection broke');
  });

  it('ends the source when the loop is left early', async () => {
    let ended = false;
    const source = chunked(gzipSync(TEXT), 10, () => (ended = true));
    for await (const chunk of gunzip(source, 64, invalidGzip)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(ended).toBe(true);
  });
});

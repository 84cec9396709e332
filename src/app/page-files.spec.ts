import { expect, it } from '@jest/globals';
import { readPageFiles } from './page-files.ts';

/** Beside a conversation, it is opened again and again. */
const MAX_BYTES = 45_000;

it('the script and the style sheet of the agent page take no more than 45 KB in gzip', () => {
  const page = readPageFiles();
  const sizes = [page?.script, page?.style].map((name) => page?.files.get(name ?? '')?.encoded.gzip?.length);
  expect(sizes).toEqual([expect.any(Number), expect.any(Number)]);
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
});

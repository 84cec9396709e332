export interface Beginning {
  /** The first bytes; all there are, where the stream is shorter than what was asked for. */
  readonly beginning: Buffer;
  /** The whole stream, the beginning included, in one chunk. */
  readonly bytes: AsyncGenerator<Buffer, void>;
}

/**
 * Looks at the beginning of a stream, wherever its chunks are cut: a pipe may give a few bytes at a time.
 *
 * @param isEnough told each chunk and how many bytes there are with it; reading ends where it says so.
 */
export async function readBeginning(
  source: AsyncIterable<Buffer>,
  isEnough: (chunk: Buffer, length: number) => boolean,
): Promise<Beginning> {
  const rest = source[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  for (let length = 0; ;) {
    const next = await rest.next();
    if (next.done === true) break;
    chunks.push(next.value);
    length += next.value.length;
    if (isEnough(next.value, length)) break;
  }
  const beginning = Buffer.concat(chunks);
  return { beginning, bytes: putBack(beginning, rest) };
}

async function* putBack(beginning: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void> {
  try {
    if (beginning.length > 0) yield beginning;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    // Whoever leaves the loop early ends the source.
    await rest.return?.();
  }
}

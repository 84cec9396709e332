const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const NOTHING = Buffer.alloc(0);

/** The number of bytes that a UTF-8 byte order mark takes at the beginning of these: 3 or 0. */
export function byteOrderMarkLength(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? BYTE_ORDER_MARK.length : 0;
}

/** Drops a UTF-8 byte order mark from the beginning of a stream, wherever its chunks are cut. */
export class ByteOrderMarkFilter {
  /** The first bytes of the stream, as long as they may be the beginning of a byte order mark. */
  private head: Buffer | undefined = NOTHING;

  /** What can be passed on after this chunk: the chunk itself, but at the beginning of the stream. */
  push(chunk: Buffer): Buffer {
    if (this.head === undefined) return chunk;
    const bytes = this.head.length === 0 ? chunk : Buffer.concat([this.head, chunk]);
    if (bytes.length < BYTE_ORDER_MARK.length && bytes.equals(BYTE_ORDER_MARK.subarray(0, bytes.length))) {
      // Copied: a chunk is not to be kept alive, nor changed under our hands.
      this.head = Buffer.from(bytes);
      return NOTHING;
    }
    this.head = undefined;
    return bytes.subarray(byteOrderMarkLength(bytes));
  }

  /** What was held back, and turns out to be no byte order mark because the stream has ended. */
  end(): Buffer {
    const rest = this.head ?? NOTHING;
    this.head = undefined;
    return rest;
  }
}

/** The bytes of a stream without a byte order mark at its beginning. */
export async function* withoutByteOrderMark(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const filter = new ByteOrderMarkFilter();
  for await (const chunk of bytes) {
    const passed = filter.push(chunk);
    if (passed.length > 0) yield passed;
  }
  const rest = filter.end();
  if (rest.length > 0) yield rest;
}

/**
 * The hash by which PostgreSQL and its extensions divide text and bytes among parts: `hashtext()`, partitions by hash,
 * and the shards of Citus. It is Bob Jenkins' lookup3 as `hash_bytes` of PostgreSQL has it on little-endian machines
 * (src/common/hashfn.c), and has been the same in all versions since 8.4.
 *
 * @returns a signed number of 32 bits.
 */
export function postgresHash(value: string | Buffer): number {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  const start = (SEED + bytes.length) | 0;
  let [a, b, c] = [start, start, start];
  let at = 0;
  for (; bytes.length - at >= BLOCK_BYTES; at += BLOCK_BYTES) {
    a = (a + bytes.readInt32LE(at)) | 0;
    b = (b + bytes.readInt32LE(at + 4)) | 0;
    c = (c + bytes.readInt32LE(at + 8)) | 0;

    a = ((a - c) | 0) ^ rotated(c, 4);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotated(a, 6);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotated(b, 8);
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ rotated(c, 16);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotated(a, 19);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotated(b, 4);
    b = (b + a) | 0;
  }
  a = (a + littleEndian(bytes, at, 4)) | 0;
  b = (b + littleEndian(bytes, at + 4, 4)) | 0;
  // The lowest byte is that of the length.
  c = (c + (littleEndian(bytes, at + 8, 3) << 8)) | 0;

  c = ((c ^ b) - rotated(b, 14)) | 0;
  a = ((a ^ c) - rotated(c, 11)) | 0;
  b = ((b ^ a) - rotated(a, 25)) | 0;
  c = ((c ^ b) - rotated(b, 16)) | 0;
  a = ((a ^ c) - rotated(c, 4)) | 0;
  b = ((b ^ a) - rotated(a, 14)) | 0;
  return ((c ^ b) - rotated(b, 24)) | 0;
}

const BLOCK_BYTES = 12;
const SEED = 0x9e3779b9 + 3_923_095;

const rotated = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

/** What there is of a number of so many bytes; those beyond the end count as zero. */
function littleEndian(bytes: Buffer, from: number, length: number): number {
  let word = 0;
  for (let index = 0; index < length; index++) word |= (bytes[from + index] ?? 0) << (8 * index);
  return word;
}

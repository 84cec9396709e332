import { randomBytes } from 'node:crypto';

const POOL_BYTES = 4096;

/**
 * Makes texts of uniformly random characters from the operating system's CSPRNG.
 *
 * Bytes are drawn in blocks, because one system call per id costs more than the id; bytes that
 * would favour the first characters of the alphabet are thrown away (rejection sampling).
 *
 * @param alphabet 2 to 256 different characters.
 */
export function randomStringSource(alphabet: string): (length: number) => string {
  const unbiased = 256 - (256 % alphabet.length);
  let pool = Buffer.alloc(0);
  let at = 0;
  return (length) => {
    let text = '';
    while (text.length < length) {
      if (at === pool.length) {
        pool = randomBytes(POOL_BYTES);
        at = 0;
      }
      const byte = pool[at++] as number;
      if (byte < unbiased) text += alphabet[byte % alphabet.length];
    }
    return text;
  };
}

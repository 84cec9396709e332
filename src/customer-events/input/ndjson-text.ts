import { readBeginning } from '../../../libs/byte-streams/beginning.ts';
import { byteOrderMarkLength, withoutByteOrderMark } from '../../../libs/byte-streams/byte-order-mark.ts';
import { spaceEnd, valueEnd } from '../../../libs/json-payload/json-scanner.ts';
import { jsonArrayLines, NotOneArray } from '../../../libs/ndjson/json-array-lines.ts';
import { wrongFormat } from './file-format.ts';

/** Enough to see what a text is; the first line of most files is shorter. */
const BEGINNING_BYTES = 65_536;
const LF = 0x0a;
const LAST_SPACE = 0x20;
const FIRST_BEYOND_ASCII = 0x80;
/** An array of anything else is one bad line of NDJSON. */
const ARRAY_OF_OBJECTS = /^\s*\[\s*(\{|$)/;

/**
 * The NDJSON of what is sent for it: itself, or the elements of a JSON array, a line each. What is taken for NDJSON by
 * mistake is told by its first line.
 *
 * @param refuse makes the error of the sentence that says what is wrong.
 */
export async function* ndjsonText(
  source: AsyncIterable<Buffer>,
  refuse: (sentence: string) => Error,
): AsyncGenerator<Buffer, void> {
  const lines = new FirstLines();
  const { beginning, bytes } = await readBeginning(
    source,
    (chunk, length) => length >= BEGINNING_BYTES || lines.areComplete(chunk),
  );
  const text = beginning.toString('utf8', byteOrderMarkLength(beginning), BEGINNING_BYTES);
  const problem = wrongFormat(beginning) ?? notNdjson(text);
  if (problem !== undefined) {
    await bytes.return();
    throw refuse(problem);
  }
  if (!ARRAY_OF_OBJECTS.test(text)) {
    yield* bytes;
    return;
  }
  try {
    yield* jsonArrayLines(withoutByteOrderMark(bytes));
  } catch (error) {
    throw error instanceof NotOneArray ? refuse(error.message) : error;
  }
}

/** Knows when enough was read to tell one line from several. */
class FirstLines {
  private state: 'blank' | 'first line' | 'behind it' = 'blank';

  /** Whether something stands behind the first line that is not blank. */
  areComplete(chunk: Buffer): boolean {
    for (const byte of chunk) {
      const isContent = byte > LAST_SPACE && byte < FIRST_BEYOND_ASCII;
      if (isContent && this.state === 'behind it') return true;
      if (isContent && this.state === 'blank') this.state = 'first line';
      if (byte === LF && this.state === 'first line') this.state = 'behind it';
    }
    return false;
  }
}

function notNdjson(beginning: string): string | undefined {
  const [line = '', ...others] = beginning.trim().split('\n', 2);
  if (!line.startsWith('{')) {
    return /(^|[^a-z])customerExternalId([^a-z]|$)/i.test(line) && !line.startsWith('[')
      ? 'This is CSV, not NDJSON, which has one JSON object a line'
      : undefined;
  }
  // Where other lines follow, it is one bad line among them.
  return others.length === 0 && line[nextAfterObject(line)] === '{'
    ? 'The lines have lost their line ends: there is one, of several objects ("curl -d" does that; --data-binary and -T do not)'
    : undefined;
}

/** The end of the line, where the object does not end before. */
function nextAfterObject(line: string): number {
  try {
    return spaceEnd(line, valueEnd(line, 0, line.length), line.length);
  } catch {
    return line.length;
  }
}

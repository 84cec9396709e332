import { readBeginning } from '../../../libs/byte-streams/beginning.ts';
import { byteOrderMarkLength } from '../../../libs/byte-streams/byte-order-mark.ts';
import { spaceEnd, valueEnd } from '../../../libs/json-payload/json-scanner.ts';
import { jsonArrayLines, NotOneArray } from '../../../libs/ndjson/json-array-lines.ts';
import { wrongFormat } from './file-format.ts';

/** Enough to see what a text is; the first line of most files is shorter. */
const BEGINNING_BYTES = 65_536;
const LF = 0x0a;
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
  let hasContent = false;
  const { beginning, bytes } = await readBeginning(source, (chunk, length) => {
    hasContent ||= chunk.some((byte) => byte > 0x20 && byte < 0x80);
    return length >= BEGINNING_BYTES || (hasContent && chunk.includes(LF));
  });
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
    yield* jsonArrayLines(withoutMark(bytes, byteOrderMarkLength(beginning)));
  } catch (error) {
    throw error instanceof NotOneArray ? refuse(error.message) : error;
  }
}

function notNdjson(beginning: string): string | undefined {
  const [line = ''] = beginning.trimStart().split('\n', 1);
  if (!line.startsWith('{')) {
    return /(^|[^a-z])customerExternalId([^a-z]|$)/i.test(line) && !line.startsWith('[')
      ? 'This is CSV, not NDJSON, which has one JSON object a line'
      : undefined;
  }
  return line[nextAfterObject(line)] === '{'
    ? 'The lines have lost their line ends: an object follows another on the first line ("curl -d" does that; --data-binary and -T do not)'
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

async function* withoutMark(bytes: AsyncIterable<Buffer>, length: number): AsyncGenerator<Buffer, void> {
  let isFirst = true;
  for await (const chunk of bytes) {
    yield isFirst ? chunk.subarray(length) : chunk;
    isFirst = false;
  }
}

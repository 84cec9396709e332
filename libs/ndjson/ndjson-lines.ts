import { LineSplitter } from './line-splitter.ts';
import type { NdjsonLine } from './ndjson-line.ts';

export interface NdjsonOptions {
  /** A line may have this many bytes, without its LF or CRLF. A whole number above 0. */
  readonly maxLineBytes: number;
}

/**
 * Reads a stream of bytes as NDJSON lines (newline-delimited JSON, one value a line). The lines come
 * in arrays, one for each chunk in which lines end: a promise per line would cost more than the line.
 *
 *  - A line ends with LF or CRLF, the last one also with the stream. Bytes are what is looked at: U+2028,
 *    U+2029, U+0085 and a lone CR end no line, and a character cut by a chunk's end is whole in its line.
 *  - A byte order mark at the beginning of the stream is dropped.
 *  - A line of white space only is skipped, but counts in the numbering.
 *  - A line over the limit, even a blank one, is named with its number and length, and is not kept in memory.
 *
 * Neither UTF-8 nor JSON is checked. Memory: one chunk with its lines, and one line. What the source
 * throws is thrown on, without the line that it broke off; leaving the loop early ends the source.
 *
 * @throws RangeError at once for a limit that is none.
 */
export function ndjsonLines(source: AsyncIterable<Buffer>, options: NdjsonOptions): AsyncGenerator<NdjsonLine[]> {
  return linesOf(source, new LineSplitter(options.maxLineBytes));
}

async function* linesOf(source: AsyncIterable<Buffer>, splitter: LineSplitter): AsyncGenerator<NdjsonLine[]> {
  for await (const chunk of source) {
    const lines = splitter.push(chunk);
    if (lines.length > 0) yield lines;
  }
  const rest = splitter.end();
  if (rest.length > 0) yield rest;
}

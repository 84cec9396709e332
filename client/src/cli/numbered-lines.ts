import { CliError } from './cli-error.ts';

/** Longer than any event that the service takes. */
export const MAX_LINE_BYTES = 2_097_152;
const LF = 0x0a;

export interface NumberedLine {
  /** From 1; blank lines count. */
  readonly number: number;
  /** Undefined: it is too long, or it is not UTF-8, as `problem` says. */
  readonly text: string | undefined;
  readonly problem?: 'too long' | 'not UTF-8';
}

/**
 * Cuts bytes into lines, without blank ones; holds one line, at most as long as a line may be.
 *
 * @throws CliError where the first of them shows that it is no NDJSON: then nothing has been given out.
 */
export async function* numberedLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<NumberedLine, void> {
  let kept: Uint8Array[] = [];
  let keptBytes = 0;
  let number = 0;
  let isFirst = true;
  const take = (): NumberedLine | undefined => {
    number++;
    const line = lineOf(number, kept, keptBytes);
    kept = [];
    keptBytes = 0;
    if (line.text?.trim() === '') return undefined;
    if (isFirst) requireNdjson(line);
    isFirst = false;
    return line;
  };
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      keep(chunk.subarray(start, end));
      start = end + 1;
      const line = take();
      if (line !== undefined) yield line;
    }
    keep(chunk.subarray(start));
  }
  const last = keptBytes > 0 ? take() : undefined;
  if (last !== undefined) yield last;

  function keep(part: Uint8Array): void {
    keptBytes += part.length;
    if (keptBytes > MAX_LINE_BYTES) kept = [];
    // A copy: the stream may use its buffer again.
    else if (part.length > 0) kept.push(new Uint8Array(part));
  }
}

function lineOf(number: number, parts: readonly Uint8Array[], length: number): NumberedLine {
  if (length > MAX_LINE_BYTES) return { number, text: undefined, problem: 'too long' };
  try {
    // It takes away a byte order mark at the beginning; within a text it is a character.
    return {
      number,
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: number > 1 }).decode(Buffer.concat(parts)),
    };
  } catch {
    return { number, text: undefined, problem: 'not UTF-8' };
  }
}

function requireNdjson({ text, problem }: NumberedLine): void {
  const first = text?.trimStart()[0];
  if (first === '{') return;
  const whatItIs =
    problem === undefined
      ? first === '['
        ? 'This is a JSON array, not NDJSON: "jq -c .[]" makes a line of each element'
        : 'This is not NDJSON, which has one JSON object a line; CSV is for "cli import"'
      : `This is not NDJSON: its first line is ${problem}. "gunzip --stdout FILE" reads what is compressed`;
  throw new CliError(`${whatItIs}. Nothing was sent`);
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The text is no JSON array, or there is more than one. */
export class NotOneArray extends Error {}

/**
 * The elements of a JSON array as NDJSON, a line each, in constant memory: element n is line n. Elements are not
 * looked into; one that is no JSON is a line that is none.
 *
 * Only bytes outside of strings are changed, each for one other, so that the stream keeps its length: the commas
 * between elements become LF; other line ends and the brackets around the array become spaces.
 *
 * @param bytes of UTF-8 whose first byte that is no white space is `[`.
 * @throws {NotOneArray} where the array does not end, or something follows it.
 */
export async function* jsonArrayLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const elements = new ArrayElements();
  for await (const chunk of bytes) yield elements.separate(chunk);
  elements.end();
}

class ArrayElements {
  /** Of brackets and braces that are open; 1: between two elements, or in one that is no container. */
  private depth = 0;
  private inString = false;
  private isEscaped = false;
  private isClosed = false;

  separate(chunk: Buffer): Buffer {
    const lines = Buffer.from(chunk);
    for (let at = 0; at < lines.length; at++) {
      const byte = lines[at] as number;
      if (this.inString) this.passString(byte);
      else if (byte === LF || byte === CR) lines[at] = SPACE;
      else if (byte > SPACE) lines[at] = this.passStructure(byte);
    }
    return lines;
  }

  end(): void {
    if (!this.isClosed) throw new NotOneArray('The JSON array does not end: its last "]" is missing');
  }

  private passString(byte: number): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (byte === BACKSLASH) this.isEscaped = true;
    else if (byte === QUOTE) this.inString = false;
  }

  private passStructure(byte: number): number {
    if (this.isClosed) throw new NotOneArray('Something follows the JSON array behind its "]"');
    if (byte === QUOTE) this.inString = true;
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      if (this.depth++ === 0) return SPACE;
    } else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) {
      this.isClosed = --this.depth === 0;
      if (this.isClosed) return SPACE;
    } else if (byte === COMMA && this.depth === 1) return LF;
    return byte;
  }
}

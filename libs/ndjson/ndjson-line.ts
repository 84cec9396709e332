/** A line of an NDJSON stream, or word of one that was too long to be kept. */
export type NdjsonLine = WholeLine | OverlongLine;

export interface WholeLine {
  /** Counted from 1, blank and overlong lines included, as an editor numbers them. */
  readonly number: number;
  /**
   * The line without its LF or CRLF. It may share memory with the chunk that it came in, and so
   * keeps the whole chunk alive: what outlives its batch is to be copied, or decoded to a text.
   */
  readonly bytes: Buffer;
  readonly tooLong?: undefined;
}

export interface OverlongLine {
  readonly number: number;
  readonly tooLong: true;
  /** The length of the line without its LF or CRLF. */
  readonly bytesSeen: number;
}

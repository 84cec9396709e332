import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { oneLine } from '../../../../libs/ndjson/one-line.ts';

const NDJSON_TYPE = 'application/x-ndjson; charset=utf-8';

/** A response that is made as it is read. @param parts whole lines of JSON, each with its line feed. */
export const ndjsonResponse = (parts: AsyncIterable<string>): StreamableFile =>
  new StreamableFile(Readable.from(inOneLine(parts)), { type: NDJSON_TYPE });

async function* inOneLine(parts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const part of parts) yield oneLine(part);
}

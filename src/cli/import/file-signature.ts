import { OperatorError } from '../error-message.ts';

/** Of what people take for text: how it begins, and what to do with it. */
const OTHER_FORMATS: readonly { readonly begins: readonly number[]; readonly is: string }[] = [
  {
    begins: [0x50, 0x4b, 0x03, 0x04],
    is: 'a workbook of Excel (XLSX) or another ZIP archive; save it as CSV in UTF-8',
  },
  { begins: [0x50, 0x4b, 0x05, 0x06], is: 'an empty ZIP archive' },
  { begins: [0xd0, 0xcf, 0x11, 0xe0], is: 'a workbook of Excel (XLS); save it as CSV in UTF-8' },
  { begins: [0xff, 0xfe], is: 'text in UTF-16; save it in UTF-8' },
  { begins: [0xfe, 0xff], is: 'text in UTF-16; save it in UTF-8' },
  { begins: [0x28, 0xb5, 0x2f, 0xfd], is: 'compressed with zstd; only gzip can be read' },
  { begins: [0x42, 0x5a, 0x68], is: 'compressed with bzip2; only gzip can be read' },
  { begins: [0xfd, 0x37, 0x7a, 0x58, 0x5a], is: 'compressed with xz; only gzip can be read' },
  { begins: [0x25, 0x50, 0x44, 0x46], is: 'a PDF' },
];

/** @throws {OperatorError} for a file that is no text in UTF-8, as far as its first bytes tell. */
export function requireText(beginning: Buffer): void {
  const format = OTHER_FORMATS.find(({ begins }) => begins.every((byte, at) => beginning[at] === byte));
  if (format !== undefined) throw new OperatorError(`The file is ${format.is}`);
  // UTF-16 without a byte order mark: every other byte of plain English is NUL.
  if (beginning.subarray(0, 64).includes(0)) {
    throw new OperatorError('The file is not text, or it is text in UTF-16; save it in UTF-8');
  }
}

/** @throws {OperatorError} for a JSON array or CSV, as far as the first line tells. */
export function requireNdjson(beginning: Buffer): void {
  const [line = ''] = beginning
    .toString('utf8', 0, 65_536)
    .replace(/^[\s\ufeff]+/, '')
    .split('\n');
  if (line.startsWith('[')) {
    throw new OperatorError('The file is a JSON array; NDJSON has one object a line: jq -c ".[]" makes it of an array');
  }
  if (!line.startsWith('{') && line.includes('customerExternalId')) {
    throw new OperatorError('The file is CSV and was to be read as NDJSON; say --format csv');
  }
}

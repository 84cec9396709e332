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

/** Of these first bytes plain English in UTF-16 has NUL for every other. */
const LOOKED_AT_BYTES = 64;
const MIN_SHARE_OF_NUL = 0.25;

/** What a file is that is no text in UTF-8, and what to do with it, in a sentence; as far as its first bytes tell. */
export function wrongFormat(beginning: Buffer): string | undefined {
  const format = OTHER_FORMATS.find(({ begins }) => begins.every((byte, at) => beginning[at] === byte));
  if (format !== undefined) return `This is ${format.is}`;
  const first = beginning.subarray(0, LOOKED_AT_BYTES);
  const nulls = first.filter((byte) => byte === 0).length;
  return nulls > 0 && nulls >= first.length * MIN_SHARE_OF_NUL
    ? 'This is no text, or text in UTF-16; save it in UTF-8'
    : undefined;
}

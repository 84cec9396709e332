import { describe, expect, it } from '@jest/globals';
import { OperatorError } from '../error-message.ts';
import { openCsv, type CsvFormat, type CsvRow } from './csv-rows.ts';

async function* pieces(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** However the file is cut into pieces, the rows are the same. */
async function read(
  text: string | Buffer,
  format: CsvFormat = {},
): Promise<{ header: readonly string[]; rows: CsvRow[] }> {
  const results = [];
  for (const size of [1_000_000, 1, 2, 3, 7]) {
    const table = await openCsv(pieces(text, size), format);
    const rows: CsvRow[] = [];
    for await (const group of table.rows) rows.push(...group);
    results.push({ header: table.header, rows });
  }
  for (const result of results) expect(result).toEqual(results[0]);
  return results[0] as { header: readonly string[]; rows: CsvRow[] };
}
const shown = ({ rows }: { rows: CsvRow[] }) => rows.map(({ number, cells }) => [number, ...cells]);

const CLEAN = [
  [2, 'a', '1'],
  [3, 'b', '2'],
  [4, 'c', '3'],
];

describe('openCsv', () => {
  it.each([
    ['LF', 'x,y\na,1\nb,2\nc,3\n'],
    ['CRLF', 'x,y\r\na,1\r\nb,2\r\nc,3\r\n'],
    ['CR alone', 'x,y\ra,1\rb,2\rc,3\r'],
    ['a header with LF, rows with CRLF', 'x,y\na,1\r\nb,2\r\nc,3\r\n'],
    ['CRLF, the last row with LF', 'x,y\r\na,1\r\nb,2\r\nc,3\n'],
    ['CRLF, with rows with LF appended', 'x,y\r\na,1\r\nb,2\nc,3\n'],
    ['LF, with rows with CRLF appended', 'x,y\na,1\nb,2\r\nc,3\r\n'],
    ['LF, the last row without a line end', 'x,y\na,1\nb,2\nc,3'],
    ['a mix, after quoted cells', '"x","y"\n"a","1"\r\n"b","2"\n"c","3"\r\n'],
    ['a byte order mark and CRLF', '\ufeffx,y\r\na,1\r\nb,2\r\nc,3'],
  ])('reads lines that end with %s: the same values as from a clean file', async (_, text) => {
    const table = await read(text);
    expect(table.header).toEqual(['x', 'y']);
    expect(shown(table)).toEqual(CLEAN);
  });

  it('reads back what was written, whatever stands in cells and wherever it is cut', async () => {
    let state = 7;
    const below = (limit: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * limit);
    };
    const PIECES = ['a', '"', ',', '\n', '\r\n', 'ä€', ' ', '""', 'word', '\r'];
    const cell = (): string => Array.from({ length: below(4) }, () => PIECES[below(PIECES.length)]).join('');
    for (const escape of ['"', '\\']) {
      const quoted = (text: string): string => `"${text.replaceAll('"', `${escape}"`)}"`;
      const written = (text: string): string => (/[",\r\n]/.test(text) || below(5) === 0 ? quoted(text) : text);
      const rows = Array.from({ length: 300 }, () => ['x', below(3) === 0 ? cell() : 'plain', cell()]);
      const text = rows.map((row) => `${row.map(written).join(',')}${below(2) === 0 ? '\n' : '\r\n'}`).join('');
      const table = await read(`1,2,3\n${text}`, { escape });
      expect(table.rows.map(({ cells }) => cells)).toEqual(rows);
      expect(table.rows.at(-1)?.number).toBe(text.split('\n').length);
    }
  });

  it('keeps line ends within quotes, and counts lines as an editor does', async () => {
    const table = await read('x,y\r\n"a\r\nb\r\n",1\r\n"c\nd",2\n\n\r\ne,3\r\n');
    expect(shown(table)).toEqual([
      [4, 'a\r\nb\r\n', '1'],
      [6, 'c\nd', '2'],
      [9, 'e', '3'],
    ]);
  });

  it('keeps a row with too many or too few cells as it stands', async () => {
    const { rows } = await read('x,y,z\r\na,Hello, world,9.90\r\n"b ""q""",2\nc,3,4\n');
    expect(rows).toEqual([
      expect.objectContaining({ number: 2, problem: 'has 4 cells, but the header has 3', raw: 'a,Hello, world,9.90' }),
      expect.objectContaining({ number: 3, problem: 'has 2 cells, but the header has 3', raw: '"b ""q""",2' }),
      { number: 4, cells: ['c', '3', '4'], problem: undefined, raw: undefined },
    ]);
  });

  it('says at which line the quote opens that is never closed', async () => {
    const text = 'x,y\r\n"a\r\nb",1\r\nc,"2\r\nd,3\r\ne,4\r\n';
    for (const size of [1_000_000, 5]) {
      const reading = (async () => {
        const table = await openCsv(pieces(text, size));
        for await (const group of table.rows) expect(group.length).toBeLessThan(3);
      })();
      await expect(reading).rejects.toThrow(OperatorError);
      await expect(reading).rejects.toThrow('a quote is opened and never closed, found at line 4');
    }
  });

  it.each([
    [',', 'x,y\na,1\n'],
    [';', 'x;y\na;1\n'],
    ['\t', 'x\ty\na\t1\n'],
    ['|', 'x|y\r\na|1\r\n'],
    [';', '"x,z";y\na;1\n'],
    [';', 'sep=;\r\nx;y\r\na;1\r\n'],
    [';', '\ufeffsep=;\nx;y\na;1\n'],
  ])('finds out that cells are separated by %j', async (delimiter, text) => {
    const table = await openCsv(pieces(text, 1_000));
    const rows: CsvRow[] = [];
    for await (const group of table.rows) rows.push(...group);
    expect([table.delimiter, table.header.length, ...(rows[0]?.cells ?? [])]).toEqual([delimiter, 2, 'a', '1']);
    expect(rows[0]?.number).toBe(text.includes('sep=') ? 3 : 2);
  });

  it('takes the delimiter that is given, whatever the header has', async () => {
    expect((await openCsv(pieces('x;y,z\n', 100))).header).toEqual(['x;y', 'z']);
  });

  it('passes over empty columns at the end, and rows of empty cells', async () => {
    const table = await openCsv(pieces('x,y,,\na,1,,\n,,,\nb,2,,\n,,\n\n', 3));
    const rows: CsvRow[] = [];
    for await (const group of table.rows) rows.push(...group);
    expect(table.header).toEqual(['x', 'y']);
    expect(shown({ rows })).toEqual([
      [2, 'a', '1'],
      [4, 'b', '2'],
    ]);
    expect(table.passedOver).toEqual({ emptyColumns: 2, emptyRows: 2 });
  });

  it('does not pass over a value in a column without a name', async () => {
    const { rows } = await read('x,y,,\na,1,,!\nb,2,,\n');
    expect(rows).toMatchObject([
      { number: 2, problem: 'has a value in column 4, which has no name in the header', raw: 'a,1,,!' },
      { number: 3, cells: ['b', '2'], problem: undefined },
    ]);
  });

  it('reads quotes behind a backslash where it is told to', async () => {
    const { rows } = await read('x,y\n"a \\"b\\", c",1\n"d\\\\",2\n', { escape: '\\' });
    expect(shown({ rows })).toEqual([
      [2, 'a "b", c', '1'],
      [3, 'd\\', '2'],
    ]);
    await expect(read('x,y\n"a \\"b\\", c",1\n')).rejects.toThrow('found at line 2 (if quotes within quotes are');
    await expect(read('x,y\na,1\n"b\\",2\n', { escape: '\\' })).rejects.toThrow('never closed, found at line 3');
  });

  it('refuses a file that goes on with another line end than CR', async () => {
    const reading = async () => {
      const table = await openCsv(pieces(`x,y\r${'a,1\r'.repeat(70_000)}b,2\nc,3\n`, 65_536));
      for await (const group of table.rows) expect(group.length).toBeLessThan(100_000);
    };
    await expect(reading()).rejects.toThrow('Lines end with CR at the beginning of the file and with LF later');
  });

  it.each<[string, Buffer, RegExp]>([
    ['a workbook', Buffer.from('PK\x03\x04\x14\x00\x06\x00'), /^This is a workbook of Excel/],
    ['UTF-16', Buffer.from('\ufeffx,y\na,1\n', 'utf16le'), /^This is text in UTF-16/],
  ])('refuses %s', async (_, bytes, message) => {
    for (const size of [1_000, 1]) await expect(openCsv(pieces(bytes, size))).rejects.toThrow(message);
  });

  it('refuses a file without a header', async () => {
    await expect(openCsv(pieces('', 1))).rejects.toThrow('has no header');
    await expect(openCsv(pieces('\n\n', 1))).rejects.toThrow('has no header');
  });
});

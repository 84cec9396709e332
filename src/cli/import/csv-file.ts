import { OperatorError } from '../error-message.ts';
import { ColumnTypes, type ColumnType } from './column-types.ts';
import { CR, LF } from './csv-records.ts';
import { csvPlan, type CsvFields, type CsvPlan } from './csv-plan.ts';
import { openCsv, type CsvFormat, type CsvTable } from './csv-rows.ts';
import { openInput, type Input } from './input-file.ts';
import type { Mapping } from './mapping.ts';
import { Progress } from './progress.ts';
import type { ReadPrefix } from './read-prefix.ts';

/** A CSV file whose columns are known, before its first row is read. */
export interface CsvFile {
  readonly input: Input;
  readonly table: CsvTable;
  readonly plan: CsvPlan;
  /** Of the columns that the plan leaves open. */
  readonly types: ReadonlyMap<number, ColumnType>;
  /** What was found out of it, in sentences. */
  readonly notes: readonly string[];
}

export interface CsvFileOptions {
  readonly path: string;
  readonly what: 'events' | 'customers';
  readonly fields: CsvFields;
  readonly mapping: Mapping;
  readonly keepRaw?: boolean;
  readonly signal: AbortSignal;
  /** Made when the columns are known, and shown each row of a regular file when it is first looked at. */
  readonly firstLook?: (header: readonly string[], plan: CsvPlan) => (cells: readonly string[]) => void;
  /** Told what is read for the rows. */
  readonly prefix?: ReadPrefix | undefined;
}

/**
 * Opens a CSV file. A regular file is read as a whole before that: whether it is well-formed, and what the types of its
 * columns are. Standard input cannot be read twice: columns that are not declared are texts.
 *
 * @throws {OperatorError} where it cannot be read, and the mapping does not fit.
 */
export async function openCsvFile(options: CsvFileOptions): Promise<CsvFile> {
  const { path, what, fields, mapping, prefix } = options;
  const input = openInput(path);
  const isRegular = input.size !== undefined;
  const lineEnd = isRegular ? await lineEndOfFile(path) : undefined;
  const format: CsvFormat = { delimiter: mapping.delimiter, escape: mapping.escape, lineEnd, keepRaw: options.keepRaw };
  const types = isRegular ? await typesOf(options, format) : new Map<number, ColumnType>();
  if (prefix !== undefined) prefix.lineEnd = lineEnd ?? LF;
  const table = await openCsv(prefix?.watch(input.bytes) ?? input.bytes, format);
  const plan = csvPlan(table.header, fields, mapping);
  const notes = [
    ...delimiterNote(what, table.delimiter, mapping.delimiter),
    ...missingNote(what, plan.missing),
    ...typesNote(what, table.header, types),
  ];
  return { input, table, plan, types, notes };
}

/** CR ends lines where there is no LF in the whole file. */
async function lineEndOfFile(path: string): Promise<number> {
  let hasCr = false;
  for await (const chunk of openInput(path).bytes) {
    if (chunk.includes(LF)) return LF;
    hasCr ||= chunk.includes(CR);
  }
  return hasCr ? CR : LF;
}

async function typesOf(
  { path, what, fields, mapping, signal, firstLook }: CsvFileOptions,
  format: CsvFormat,
): Promise<ReadonlyMap<number, ColumnType>> {
  const input = openInput(path);
  const { header, rows } = await openCsv(input.bytes, format);
  const plan = csvPlan(header, fields, mapping);
  const types = new ColumnTypes(plan.open);
  const show = firstLook?.(header, plan);
  let lines = 0;
  const progress = new Progress(`${what}, looked at`, input.size, () => ({
    lines,
    rejected: 0,
    bytesRead: input.bytesRead(),
  }));
  try {
    for await (const group of rows) {
      for (const { cells, problem } of group) {
        if (problem !== undefined) continue;
        types.see(cells);
        show?.(cells);
      }
      lines = group.at(-1)?.number ?? lines;
      if (signal.aborted) throw new OperatorError('Interrupted before anything was stored');
    }
    return types.types();
  } finally {
    progress.stop();
    input.close();
  }
}

function delimiterNote(what: string, delimiter: string, given: string | undefined): string[] {
  if (given !== undefined || delimiter === ',') return [];
  return [`${what}: cells are separated by ${delimiter === '\t' ? 'tabs' : `"${delimiter}"`} (--delimiter)`];
}

const missingNote = (what: string, missing: readonly string[]): string[] =>
  missing.length === 0 ? [] : [`${what}: the file has no ${missing.map((name) => `"${name}"`).join(', ')}`];

function typesNote(what: string, header: readonly string[], types: ReadonlyMap<number, ColumnType>): string[] {
  const named = (wanted: ColumnType): string =>
    [...types].flatMap(([column, type]) => (type === wanted ? [header[column]] : [])).join(', ');
  const parts = [
    ...(named('number') === '' ? [] : [`numbers: ${named('number')}`]),
    ...(named('json') === '' ? [] : [`JSON: ${named('json')}`]),
  ];
  return parts.length === 0 ? [] : [`${what}: read as ${parts.join('; as ')} (--text keeps a column as it stands)`];
}

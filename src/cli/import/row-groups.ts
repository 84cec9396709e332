import { FingerprintMap } from '../../../libs/kernel/fingerprint-map.ts';
import type { CsvRow } from './csv-rows.ts';

/** Adjacent rows that are one object. */
export interface RowGroup {
  readonly rows: readonly CsvRow[];
  /** Of each column the first cell that is not empty. */
  readonly head: readonly string[];
  /** Why they are none. */
  readonly problem?: string | undefined;
}

/** About 30 MB where there are as many. */
const MAX_KEYS = 1_000_000;
/** More would not fit into a payload, and in a file that is not what it is taken for, all rows may be one group. */
const MAX_ROWS = 5_000;
const TOO_MANY = `there are more than ${MAX_ROWS} rows of it`;

/** The key of a row: its values in the columns by which rows are put together. */
const keyOf = (columns: readonly number[], cells: readonly string[]): string =>
  columns.map((column) => cells[column] ?? '').join('\0');

/** Finds the keys whose rows do not follow one another, of up to a million keys. */
export class SplitKeys {
  private readonly seen = new FingerprintMap(0, MAX_KEYS);
  private readonly split = new FingerprintMap(0, MAX_KEYS);
  private last: string | undefined;

  constructor(private readonly keyColumns: readonly number[]) {}

  see(cells: readonly string[]): void {
    const key = keyOf(this.keyColumns, cells);
    if (key === this.last) return;
    if (this.seen.get(key) === undefined) this.seen.add(key);
    else this.split.add(key);
    this.last = key;
  }

  has(key: string): boolean {
    return this.split.get(key) !== undefined;
  }
}

/**
 * Puts adjacent rows together that have the same values in the key columns.
 *
 * A row that cannot be read may belong to the rows before it or to those behind it: where its key does not tell, both
 * are refused with it, since either may be incomplete without it.
 */
export class RowGroups {
  private rows: CsvRow[] = [];
  private head: string[] = [];
  private key: string | undefined;
  private problem: string | undefined;
  /** Rows behind `rows` that cannot be read, and whose key is another. */
  private stray: CsvRow[] = [];
  /** Why the next group is none. */
  private nextProblem: string | undefined;
  private readonly keys = new FingerprintMap(0, MAX_KEYS);

  /**
   * @param names of all columns. @param keyColumns by which rows are put together.
   * @param headColumns whose values are the whole group's: they are the same in all its rows, or empty.
   * @param splitKeys of the whole file, where it was looked at: not even the first rows of such a key are a group.
   */
  constructor(
    private readonly names: readonly string[],
    private readonly keyColumns: readonly number[],
    private readonly headColumns: readonly number[],
    private readonly splitKeys?: SplitKeys,
  ) {}

  /** The groups that end with this row. */
  add(row: CsvRow): RowGroup[] {
    const key = keyOf(this.keyColumns, row.cells);
    if (row.problem !== undefined) {
      if (key === this.key && this.stray.length === 0) this.put(row, key);
      else this.stray.push(row);
      return this.rows.length < MAX_ROWS && this.stray.length < MAX_ROWS ? [] : this.endLarge(key);
    }
    if (this.keyColumns.every((column) => row.cells[column] === '')) {
      const ended = this.end();
      return [...ended, alone(row, `has no value in ${this.keyNames()}, by which rows are put together`)];
    }
    if (key === this.key) {
      for (const before of this.stray.splice(0)) this.put(before, key);
      this.put(row, key);
      return this.rows.length < MAX_ROWS ? [] : this.endLarge(key);
    }
    const stray = this.stray.splice(0);
    const belongs = stray.some((other) => this.keyColumns.every((column) => other.cells[column] === row.cells[column]));
    if (stray.length > 0 && !belongs) this.problem ??= nextTo(stray);
    const ended = this.end();
    this.problem = stray.length > 0 ? nextTo(stray) : this.nextProblem;
    this.nextProblem = undefined;
    if (!belongs) ended.push(...stray.map((other) => alone(other, other.problem)));
    for (const first of belongs ? [...stray, row] : [row]) this.put(first, key);
    this.checkKey(key);
    return ended;
  }

  /** The group that the file ends with. */
  end(): RowGroup[] {
    const { rows, head, problem, stray } = this;
    const groups: RowGroup[] = [];
    if (rows.length > 0)
      groups.push({ rows, head, problem: problem ?? (stray.length > 0 ? nextTo(stray) : undefined) });
    groups.push(...stray.map((row) => alone(row, row.problem)));
    this.rows = [];
    this.head = [];
    this.stray = [];
    this.key = undefined;
    this.problem = undefined;
    return groups;
  }

  /** Rows that are too many to be held: whatever follows of the same is refused, too. */
  private endLarge(key: string): RowGroup[] {
    const hasStray = this.stray.length > 0;
    if (hasStray) this.nextProblem = nextTo(this.stray);
    else this.problem ??= TOO_MANY;
    const ended = this.end();
    if (!hasStray) {
      this.key = key;
      this.problem = TOO_MANY;
    }
    return ended;
  }

  private put(row: CsvRow, key: string): void {
    this.key = key;
    this.rows.push(row);
    this.problem ??= row.problem === undefined ? this.conflictWith(row) : `line ${row.number} ${row.problem}`;
    for (const [column, cell] of row.cells.entries()) this.head[column] ||= cell;
  }

  private conflictWith(row: CsvRow): string | undefined {
    const column = this.headColumns.find((column) => {
      const [value = '', other = ''] = [this.head[column], row.cells[column]];
      return other !== '' && value !== '' && other !== value;
    });
    return column === undefined
      ? undefined
      : `line ${row.number} has another value in ${this.names[column] ?? ''} than the rows of the same ${this.keyNames()} before it`;
  }

  private checkKey(key: string): void {
    if (this.keys.get(key) !== undefined || this.splitKeys?.has(key) === true) {
      this.problem ??= `the rows of one ${this.keyNames()} do not follow one another: sort the file by it`;
    }
    this.keys.add(key);
  }

  private keyNames(): string {
    return this.keyColumns.map((column) => this.names[column] ?? '').join(' and ');
  }
}

const alone = (row: CsvRow, problem: string | undefined): RowGroup => ({ rows: [row], head: row.cells, problem });

const nextTo = ([row]: readonly CsvRow[]): string =>
  `line ${row?.number ?? 0} beside it, which may belong to it, cannot be read`;

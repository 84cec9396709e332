import { isJson } from '../../../libs/json-payload/is-json.ts';

/** How the cells of a column are read: as texts as they stand, or as JSON values. */
export type ColumnType = 'text' | 'number' | 'json';

/** A number of JSON (RFC 8259 §6). */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** A longer whole number is a reference, such as that of a card or an order: doubles end at 2^53, which has 16 digits. */
const REFERENCE = /^-?\d{16,}$/;

type Kind = 'number' | 'boolean' | 'text of JSON' | 'object' | 'array' | 'null';

/**
 * Finds out the types of the columns of a table by all of their cells: a column is a text unless every cell that is
 * not empty is JSON of one type (`null` may stand among any). So `02138` and `12345` in one column are both texts.
 * Whole numbers of more than 15 digits are texts.
 */
export class ColumnTypes {
  private readonly kinds: (Kind | 'text' | undefined)[];

  /** @param open the columns to look at; the others are texts. */
  constructor(private readonly open: readonly number[]) {
    this.kinds = open.map(() => undefined);
  }

  see(cells: readonly string[]): void {
    for (const [at, column] of this.open.entries()) {
      const cell = cells[column] ?? '';
      const before = this.kinds[at];
      if (cell === '' || before === 'text') continue;
      const kind = kindOf(cell);
      if (before === undefined || before === 'null') this.kinds[at] = kind;
      else if (kind !== before && kind !== 'null') this.kinds[at] = 'text';
    }
  }

  /** By column; one that has no value is a text. */
  types(): ReadonlyMap<number, ColumnType> {
    return new Map(this.open.map((column, at) => [column, typeOf(this.kinds[at])]));
  }
}

function typeOf(kind: Kind | 'text' | undefined): ColumnType {
  if (kind === undefined || kind === 'text') return 'text';
  return kind === 'number' ? 'number' : 'json';
}

function kindOf(cell: string): Kind | 'text' {
  if (NUMBER.test(cell)) return REFERENCE.test(cell) ? 'text' : 'number';
  if (cell === 'true' || cell === 'false') return 'boolean';
  if (cell === 'null') return 'null';
  const [first] = cell;
  if ((first !== '{' && first !== '[' && first !== '"') || !isJson(cell)) return 'text';
  return first === '{' ? 'object' : first === '[' ? 'array' : 'text of JSON';
}

/** The JSON of a cell that is not empty; undefined where it is none of this type. */
export function jsonOfCell(cell: string, type: ColumnType): string | undefined {
  if (type === 'text') return JSON.stringify(cell);
  const text = cell.trim();
  if (type === 'number') return NUMBER.test(text) || text === 'null' ? text : undefined;
  return isJson(text) ? text : undefined;
}

import { isJson } from '../../../libs/json-payload/is-json.ts';
import { knownFields, type RequestClass } from '../../platform/input/field-reader.ts';
import { unknownField } from '../../platform/input/unknown-field.ts';
import { OperatorError } from '../error-message.ts';

/** What the columns of a CSV file are, and how a row of cells becomes the JSON text of an object. */
export interface CsvObjects {
  /** Where the cells of a column stand in a row; -1: there is no such column. */
  indexOf(column: string): number;
  jsonText(cells: readonly string[]): string;
}

export interface CsvColumns {
  /** The class whose fields the columns are named after. */
  readonly requestClass: RequestClass<object>;
  /** The field that is a free-form object: it can be given as JSON, or as columns `<field>.<key>`. */
  readonly objectField: string;
  /** Columns that are for the reader alone, and no part of the object. */
  readonly besides?: readonly string[];
  /** Columns of the object whose cells are strings, even where they look like numbers. */
  readonly textColumns: readonly string[];
}

/** A member that is written where its cell is not empty, or an object of such members. */
interface Member {
  readonly key: string;
  readonly column?: number;
  readonly isText?: boolean;
  readonly members?: Member[];
}

/** @throws {OperatorError} for a header that cannot be meant. */
export function csvObjects(header: readonly string[], columns: CsvColumns): CsvObjects {
  const { requestClass, objectField, besides = [], textColumns } = columns;
  const fields = knownFields(requestClass);
  const known = [...besides, ...fields, `${objectField}.<key>`];
  const top: Member[] = [];
  for (const [column, name] of header.entries()) {
    if (header.indexOf(name) !== column) throw new OperatorError(`The column "${name}" is there twice`);
    const isText = textColumns.includes(name);
    if (besides.includes(name)) continue;
    if (name.startsWith(`${objectField}.`)) addMember(top, name.split('.'), name, { column, isText });
    else if (fields.includes(name)) addMember(top, [name], name, { column, isText: name !== objectField });
    else throw new OperatorError(`The column "${name}" ${unknownField(name, known)}`);
  }
  const missing = textColumns.find((name) => !header.includes(name));
  if (missing !== undefined) throw new OperatorError(`There is no column "${missing}" to be read as text`);
  return { indexOf: (column) => header.indexOf(column), jsonText: (cells) => objectText(top, cells) ?? '{}' };
}

function addMember(
  members: Member[],
  path: readonly string[],
  name: string,
  leaf: { column: number; isText: boolean },
): void {
  const [key = '', ...rest] = path;
  const present = members.find((member) => member.key === key);
  if (rest.length === 0) {
    if (present !== undefined)
      throw new OperatorError(`The column "${name}" is a value, and other columns are parts of it`);
    members.push({ key, ...leaf });
    return;
  }
  const parent = present ?? { key, members: [] };
  if (parent.members === undefined)
    throw new OperatorError(`The column "${name}" is a part of a column that is a value`);
  if (present === undefined) members.push(parent);
  addMember(parent.members, rest, name, leaf);
}

/** Undefined where all cells are empty. */
function objectText(members: readonly Member[], cells: readonly string[]): string | undefined {
  let text = '';
  for (const { key, column, isText, members: parts } of members) {
    const value =
      parts !== undefined ? objectText(parts, cells) : valueText(cells[column as number] ?? '', isText === true);
    if (value !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${value}`;
  }
  return text === '' ? undefined : `{${text}}`;
}

/**
 * A cell that is a JSON value (number, true, false, null, object, array, quoted text) is that
 * value, digit for digit; any other cell is a text as it stands; an empty one is absent.
 */
function valueText(cell: string, isText: boolean): string | undefined {
  if (cell === '') return undefined;
  return !isText && isJson(cell) ? cell.trim() : JSON.stringify(cell);
}

import { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import { instantOfUtcText, utcText } from './utc-text.ts';

export type ColumnType = 'text' | 'bytea' | 'json' | 'timestamptz' | 'bigint' | 'integer' | 'boolean' | 'text[]';

/** How one field of a record is stored. */
export interface Column<Value, Stored = never> {
  /** The name of its column. */
  readonly name: string;
  /** Its type in PostgreSQL. */
  readonly type: ColumnType;
  /** SQL that reads the column. */
  readonly read: (column: string) => string;
  /** The value as the parameter of a statement. */
  readonly parameterOf: (value: Value) => unknown;
  /** The value of what {@link read} gave. */
  readonly valueOfRow: (stored: Stored) => Value;
}

/**
 * The columns of a record, in the order in which lists of them are made. Declared with
 * `satisfies RecordColumns<T>`: a field of T without a column does not compile. A field that may be
 * absent is null, not optional: NULL is what the database has for it.
 */
export type RecordColumns<T> = { readonly [Field in keyof Required<T>]: Column<T[Field]> };

/** SQL that gives a column as JSON: an expression, and the characters around what it gives. */
interface ColumnJson {
  readonly before: string;
  readonly sql: string;
  readonly after: string;
}

/** A column that {@link jsonObject} can read. */
interface JsonReadable {
  readonly json: (column: string) => ColumnJson;
}

/** The record that has these columns. */
export type RecordOf<Columns> = {
  readonly [Field in keyof Columns]: Columns[Field] extends { readonly valueOfRow: (stored: never) => infer Value }
    ? Value
    : never;
};

/** A row that was selected with {@link selectList}: as its fields are stored, by their names. */
export type RowOf<Columns, Prefix extends string = ''> = {
  readonly [Field in FieldOf<Columns> as `${Prefix}${Field}`]: Columns[Field] extends {
    readonly valueOfRow: (stored: infer Stored) => unknown;
  }
    ? Stored
    : never;
};

/** Of some record; its values are known to their own column only. */
type AnyColumns = Readonly<Record<string, AnyColumn>>;
type AnyColumn = Pick<Column<never>, 'name' | 'type' | 'read' | 'parameterOf'> & {
  readonly valueOfRow: (stored: never) => unknown;
};
type FieldOf<Columns> = keyof Columns & string;

const asItIs = (column: string): string => column;

export const column = <Value extends string | null = string>(
  name: string,
): Column<NoInfer<Value>, NoInfer<Value>> & JsonReadable => ({
  name,
  type: 'text',
  read: asItIs,
  json: (text) => ({ before: '', sql: `to_json(${text})::text`, after: '' }),
  parameterOf: (value) => value,
  valueOfRow: (stored) => stored,
});

/** `text` in which nothing stands that JSON would escape. */
export const idColumn = (name: string): Column<string, string> & JsonReadable => ({
  ...column(name),
  json: (id) => ({ before: '"', sql: id, after: '"' }),
});

export const bytesColumn = (name: string): Column<Buffer, Buffer> => ({
  name,
  type: 'bytea',
  read: asItIs,
  parameterOf: (bytes) => bytes,
  valueOfRow: (stored) => stored,
});

/** `timestamptz`, exact to the microsecond. */
export const instantColumn = (name: string): Column<Instant, string> & JsonReadable => ({
  name,
  type: 'timestamptz',
  read: utcText,
  // As `instantOfUtcText` has it: without the quote at the end there is room for the Z.
  json: (instant) => ({ before: '', sql: `left(${utcText(instant)}, -1)`, after: 'Z"' }),
  parameterOf: (instant) => instant,
  valueOfRow: instantOfUtcText,
});

/** `json`, of which the text is what counts. */
export const jsonColumn = (name: string): Column<JsonText, string> & JsonReadable => ({
  name,
  type: 'json',
  read: (json) => `${json}::text`,
  json: (json) => ({ before: '', sql: `${json}::text`, after: '' }),
  parameterOf: (json) => json.text,
  valueOfRow: (text) => new JsonText(text),
});

/** `timestamptz` in milliseconds since the Unix epoch. As a Date it would depend on the date style of the database. */
export const millisColumn = <Value extends number | null = number>(
  name: string,
): Column<NoInfer<Value>, NoInfer<Value>> => ({
  name,
  type: 'timestamptz',
  read: (instant) => `(extract(epoch FROM ${instant}) * 1000)::float8`,
  parameterOf: (millis) => (millis === null ? null : new Date(millis)),
  valueOfRow: (stored) => stored,
});

/** `bigint`, of which PostgreSQL gives the digits as text. */
export const countColumn = <Value extends number | null = number>(
  name: string,
): Column<NoInfer<Value>, Value extends null ? string | null : string> => ({
  name,
  type: 'bigint',
  read: asItIs,
  parameterOf: (count) => count,
  valueOfRow: (stored) => (stored === null ? null : Number(stored)) as NoInfer<Value>,
});

/** All fields of a record but these. */
export const fieldsWithout = <Columns extends object>(
  columns: Columns,
  ...without: readonly FieldOf<Columns>[]
): FieldOf<Columns>[] => fieldsOf(columns).filter((field) => !without.includes(field));

/** `id, customer_id, …` */
export function columnList<Columns extends AnyColumns>(
  columns: Columns,
  fields: readonly FieldOf<Columns>[] = fieldsOf(columns),
): string {
  return fields.map((field) => nameOf(columns, field)).join(', ');
}

/**
 * `t.id AS "id", t.customer_id AS "customerId", …`: what {@link RowOf} describes.
 *
 * @param prefix of the names, where a row has more than one record.
 */
export function selectList<Columns extends AnyColumns>(
  columns: Columns,
  alias: string,
  fields: readonly FieldOf<Columns>[] = fieldsOf(columns),
  prefix = '',
): string {
  const read = (field: FieldOf<Columns>): string =>
    (columns[field] as AnyColumn).read(`${alias}.${nameOf(columns, field)}`);
  return fields.map((field) => `${read(field)} AS "${prefix}${field}"`).join(', ');
}

/**
 * SQL that gives a row as the JSON of its record: an object with a member for each field, as text.
 *
 * @param fields in the order of the members; the first one is never NULL.
 * @param optional of these: left out where they are NULL.
 */
export function jsonObject<Columns extends Readonly<Record<string, AnyColumn & JsonReadable>>>(
  columns: Columns,
  alias: string,
  fields: readonly FieldOf<Columns>[],
  optional: readonly FieldOf<Columns>[],
): string {
  const parts: string[] = [];
  let literal = '';
  for (const [index, field] of fields.entries()) {
    const { before, sql, after } = (columns[field] as JsonReadable).json(`${alias}.${nameOf(columns, field)}`);
    const beginning = `${index === 0 ? '{' : ','}"${field}":${before}`;
    if (optional.includes(field)) {
      parts.push(`'${literal}'`, `coalesce('${beginning}' || ${sql} || '${after}', '')`);
      literal = '';
    } else {
      parts.push(`'${literal}${beginning}'`, sql);
      literal = after;
    }
  }
  return concatenation([...parts, `'${literal}}'`]);
}

/** In halves: from left to right, each part would copy all before it, payloads among it, once more. */
function concatenation(parts: readonly string[]): string {
  if (parts.length === 1) return parts[0] as string;
  const half = parts.length >> 1;
  return `(${concatenation(parts.slice(0, half))} || ${concatenation(parts.slice(half))})`;
}

/** `NULL, NULL, …`: in a UNION with {@link selectList}, a row of something else. */
export const nullList = (columns: AnyColumns): string =>
  Object.keys(columns)
    .map(() => 'NULL')
    .join(', ');

/** `$1, $2, …` */
export const placeholderList = (count: number, first = 1): string =>
  Array.from({ length: count }, (_, index) => `$${first + index}`).join(', ');

/** The values of a record as parameters, in the order of {@link columnList}. */
export function parametersOf<Columns extends AnyColumns>(
  columns: Columns,
  record: RecordOf<Columns>,
  fields: readonly FieldOf<Columns>[] = fieldsOf(columns),
): unknown[] {
  return fields.map((field) => (columns[field] as AnyColumn).parameterOf(record[field] as never));
}

/** `$1::text[], $2::json[], …`: many records for `unnest`, an array for each field; see {@link arraysOf}. */
export function arrayList<Columns extends AnyColumns>(
  columns: Columns,
  first: number,
  fields: readonly FieldOf<Columns>[] = fieldsOf(columns),
): string {
  const typeOf = (field: FieldOf<Columns>): string => (columns[field] as AnyColumn).type;
  return fields.map((field, index) => `$${first + index}::${typeOf(field)}[]`).join(', ');
}

/** The parameters of {@link arrayList}. */
export function arraysOf<Columns extends AnyColumns>(
  columns: Columns,
  records: readonly RecordOf<Columns>[],
  fields: readonly FieldOf<Columns>[] = fieldsOf(columns),
): unknown[][] {
  return fields.map((field) => {
    const { parameterOf } = columns[field] as AnyColumn;
    return records.map((record) => parameterOf(record[field] as never));
  });
}

/** The record that a row holds. Hot paths write this out, into a literal of `AllFields`. */
export function recordOfRow<Columns extends AnyColumns, Prefix extends string = ''>(
  columns: Columns,
  row: RowOf<Columns, Prefix>,
  prefix: Prefix = '' as Prefix,
): RecordOf<Columns> {
  const stored = row as Readonly<Record<string, unknown>>;
  const values = Object.entries(columns).map(([field, { valueOfRow }]) => [
    field,
    valueOfRow(stored[`${prefix}${field}`] as never),
  ]);
  return Object.fromEntries(values) as RecordOf<Columns>;
}

const fieldsOf = <Columns extends object>(columns: Columns): FieldOf<Columns>[] =>
  Object.keys(columns) as FieldOf<Columns>[];

const nameOf = <Columns extends AnyColumns>(columns: Columns, field: FieldOf<Columns>): string =>
  (columns[field] as AnyColumn).name;

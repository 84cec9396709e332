import { knownFields, type RequestClass } from '../../platform/input/field-reader.ts';
import { unknownField } from '../../platform/input/unknown-field.ts';
import { OperatorError } from '../error-message.ts';
import type { ColumnType } from './column-types.ts';
import { ALL_OTHERS, type Mapping } from './mapping.ts';

/** What the columns of a CSV file can be written to. */
export interface CsvFields {
  /** The class whose fields the columns are named after. */
  readonly requestClass: RequestClass<object>;
  /** The field that is a free-form object: it can be given as JSON, or as columns `<field>.<key>`. */
  readonly objectField: string;
  /** Fields that are no part of the object. */
  readonly apart?: readonly string[];
  /** Columns that are for the reader of the file alone. */
  readonly besides?: readonly string[];
}

/** Columns whose cells make one value: the first that is not empty, or several with a space between. */
export interface Source {
  readonly columns: readonly number[];
  /** `whole`: the free-form object itself. Undefined: it is found out by all of the column's cells. */
  readonly type: ColumnType | 'whole' | undefined;
}

/** A value that rows have, and what it is made of. */
export interface Target {
  /** As it is named in a header or a mapping. */
  readonly name: string;
  /** The keys from the top to the value. */
  readonly path: readonly string[];
  /** The part of the path that is a list with one item for each row, if there is one. */
  readonly listAt: number | undefined;
  /** The first that is not empty counts. */
  readonly sources: readonly Source[];
  /** The text of a value for rows that have none. */
  readonly constant?: string | undefined;
}

export interface CsvPlan {
  readonly fields: CsvFields;
  readonly targets: readonly Target[];
  /** Columns whose type is to be found out. */
  readonly open: readonly number[];
  /** Columns that a mapping names and the file has not, and their fields no other column. */
  readonly missing: readonly string[];
  /** Names in `text`, `number` and `json` that nothing in this file has. */
  readonly unused: readonly string[];
}

/** Between the names of columns that are written to one field together. */
const JOINED = ' + ';
const LIST = '[]';

/** The columns of a header, or of a field, by name. @throws {OperatorError} where there is none. */
export function columnsNamed(
  header: readonly string[],
  { targets }: CsvPlan,
  name: string,
  use: string,
): readonly number[] {
  if (header.includes(name)) return [header.indexOf(name)];
  const columns = targets.filter((target) => target.name === name).flatMap(({ sources }) => sources);
  if (columns.length === 0)
    throw new OperatorError(`There is no column "${name}" ${use}; the header is: ${header.join(', ')}`);
  return columns.flatMap((source) => source.columns);
}

/** @throws {OperatorError} naming the fields that every row needs, and no column is written to. */
export function requireFields(header: readonly string[], { targets }: CsvPlan, fields: readonly string[]): void {
  const missing = fields.filter((field) => !targets.some(({ name }) => name === field));
  if (missing.length === 0) return;
  throw new OperatorError(
    `The CSV file has no column ${missing.map((column) => `"${column}"`).join(' and ')}; its header is: ${header.join(', ')}`,
  );
}

/** @throws {OperatorError} for a header, or a mapping of it, that cannot be meant. */
export function csvPlan(header: readonly string[], fields: CsvFields, mapping: Mapping): CsvPlan {
  return new Planner(header, fields, mapping).plan();
}

interface Assignment {
  readonly target: string;
  readonly columns: readonly number[];
  /** A key of the free-form object as it stands, whatever dots are in it. */
  readonly key?: string;
}

class Planner {
  private readonly fields: readonly string[];
  private readonly used = new Set<string>();

  constructor(
    private readonly header: readonly string[],
    private readonly spec: CsvFields,
    private readonly mapping: Mapping,
  ) {
    this.fields = [...(spec.apart ?? []), ...knownFields(spec.requestClass)];
  }

  plan(): CsvPlan {
    // A column's own name comes first: it is what a file says of itself.
    const assignments = [...this.byName(), ...this.mapped()];
    const names = [...new Set([...this.inHeaderOrder(assignments), ...this.mapping.set.keys()])];
    const targets = names.map((name) => this.targetOf(name, assignments));
    const open = targets.flatMap(({ sources }) =>
      sources.flatMap(({ columns, type }) => (type === undefined ? columns : [])),
    );
    return {
      fields: this.spec,
      targets,
      open: [...new Set(open)],
      missing: this.missing(targets),
      unused: this.unused(),
    };
  }

  private inHeaderOrder(assignments: readonly Assignment[]): string[] {
    const first = ({ columns: [column = 0] }: Assignment): number => column;
    return [...assignments].sort((a, b) => first(a) - first(b)).map(({ target }) => target);
  }

  /** The columns that no mapping names. */
  private byName(): Assignment[] {
    const { map, ignore } = this.mapping;
    const mapped = new Set([...map.keys()].flatMap((key) => this.columnsOf(key)));
    return [...this.header.entries()].flatMap(([column, name]): Assignment[] => {
      if (this.spec.besides?.includes(name) === true || ignore.includes(name)) return [];
      const isField = this.isTarget(name);
      if (mapped.has(name) || (isField && !map.has(name))) this.requireOnce(name, column);
      if (mapped.has(name)) return [];
      if (isField) return [{ target: name, columns: [column] }];
      const [others] = map.get(ALL_OTHERS) ?? [];
      if (others !== undefined) return [{ target: `${others}.${name}`, columns: [column], key: name }];
      if (ignore.includes(ALL_OTHERS)) return [];
      throw this.unknown(name);
    });
  }

  private mapped(): Assignment[] {
    return [...this.mapping.map].flatMap(([key, targets]) => {
      if (key === ALL_OTHERS) return this.checkOthers(targets);
      if (this.mapping.ignore.includes(key)) return [];
      const names = this.columnsOf(key);
      const columns = names.map((name) => this.header.indexOf(name));
      if (columns.some((column) => column < 0) && this.mapping.required.includes(key))
        throw new OperatorError(`There is no column "${key}" to be mapped; the header is: ${this.header.join(', ')}`);
      const present = columns.filter((column) => column >= 0);
      for (const target of targets) if (!this.isTarget(target)) throw this.unknown(target, 'field');
      return present.length === 0 ? [] : targets.map((target) => ({ target, columns: present }));
    });
  }

  /** Names of `map` without a column, whose fields nothing else is written to. */
  private missing(targets: readonly Target[]): string[] {
    const written = new Set(targets.filter(({ sources }) => sources.length > 0).map(({ name }) => name));
    const { map, ignore } = this.mapping;
    return [...map].flatMap(([key, fields]) =>
      key === ALL_OTHERS || ignore.includes(key) || fields.every((field) => written.has(field)) ? [] : [key],
    );
  }

  private checkOthers(targets: readonly string[]): Assignment[] {
    const { objectField } = this.spec;
    if (targets.length !== 1 || targets[0] !== objectField)
      throw new OperatorError(`"${ALL_OTHERS}" can be mapped to ${objectField} only`);
    return [];
  }

  /** A name that a column has is that column's, whatever stands in it. */
  private columnsOf(key: string): string[] {
    return this.header.includes(key) ? [key] : key.split(JOINED);
  }

  private requireOnce(name: string, column: number): void {
    if (this.header.indexOf(name) !== column) throw new OperatorError(`The column "${name}" is there twice`);
  }

  private isTarget(name: string): boolean {
    return this.fields.includes(name) || name.startsWith(`${this.spec.objectField}.`);
  }

  private unknown(name: string, what: 'column' | 'field' = 'column'): OperatorError {
    const known = [...(this.spec.besides ?? []), ...this.fields, `${this.spec.objectField}.<key>`];
    const problem = `The ${what} "${name}" ${unknownField(name, known)}`;
    return new OperatorError(
      what === 'field' ? problem : `${problem} (--map "${name}=FIELD" maps it, --ignore "${name}" passes over it)`,
    );
  }

  private targetOf(name: string, assignments: readonly Assignment[]): Target {
    if (!this.isTarget(name)) throw this.unknown(name, 'field');
    const own = assignments.filter(({ target }) => target === name);
    const [key] = own.flatMap(({ key }) => (key === undefined ? [] : [key]));
    const parts = key === undefined ? name.split('.') : [this.spec.objectField, key];
    const lists = parts.flatMap((part, at) => (key === undefined && part.endsWith(LIST) ? [at] : []));
    if (lists.length > 1 || lists[0] === parts.length - 1 || lists[0] === 0)
      throw new OperatorError(
        `"${name}": a list is written ${this.spec.objectField}.KEY[].KEY, and not within another`,
      );
    return {
      name,
      path: parts.map((part, at) => (at === lists[0] ? part.slice(0, -LIST.length) : part)),
      listAt: lists[0],
      sources: own.map(({ columns }) => ({ columns, type: this.typeOf(name, columns) })),
      constant: this.mapping.set.get(name),
    };
  }

  private typeOf(target: string, columns: readonly number[]): Source['type'] {
    const names = [target, ...columns.map((column) => this.header[column] ?? '')];
    const isFree = target.startsWith(`${this.spec.objectField}.`);
    const [declared, second] = (['text', 'number', 'json'] as const).filter((type) =>
      this.mapping[type].some((name) => names.includes(name)),
    );
    if (second !== undefined) throw new OperatorError(`"${target}" cannot be read as ${declared} and as ${second}`);
    if (declared !== undefined && (isFree || declared === 'text')) for (const name of names) this.used.add(name);
    if (target === this.spec.objectField) return 'whole';
    if (!isFree || columns.length > 1) return 'text';
    return declared;
  }

  private unused(): string[] {
    const { text, number, json } = this.mapping;
    return [...text, ...number, ...json].filter((name) => !this.used.has(name));
  }
}

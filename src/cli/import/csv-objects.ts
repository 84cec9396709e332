import { isJson } from '../../../libs/json-payload/is-json.ts';
import { OperatorError } from '../error-message.ts';
import { jsonOfCell, type ColumnType } from './column-types.ts';
import type { CsvPlan, Source, Target } from './csv-plan.ts';
import type { FieldProblems } from './field-problems.ts';
import { APOSTROPHE } from './spreadsheet-damage.ts';

/** A field whose texts are not written as they stand: the text that is, or why there is none. */
export type Converters = Readonly<Record<string, (text: string) => string | { readonly problem: string }>>;

export interface ObjectText {
  readonly json: string;
  /** What is wrong with cells; they stand in `json` as texts. */
  readonly problems: FieldProblems;
}

interface Leaf {
  readonly key: string;
  readonly target: Target;
}
interface Branch {
  readonly key: string;
  readonly members: Member[];
  /** One item for each row. */
  readonly isList: boolean;
}
type Member = Leaf | Branch;

type Row = readonly string[];

/** Makes the JSON texts of objects out of the rows of a CSV file. */
export class CsvObjects {
  private readonly top: Member[] = [];
  private readonly apart = new Map<string, Target>();
  private problems = new Map<string, string>();

  /**
   * @param types of the columns that the plan leaves open; a column without one is a text.
   * @throws {OperatorError} where a value has parts.
   */
  constructor(
    plan: CsvPlan,
    private readonly types: ReadonlyMap<number, ColumnType>,
    private readonly converters: Converters = {},
    private readonly stripApostrophes = false,
  ) {
    for (const target of plan.targets) {
      if (plan.fields.apart?.includes(target.name) === true) this.apart.set(target.name, target);
      else addTarget(this.top, target, 0);
    }
  }

  /** @param items rows of which lists have an item each. Members without a value are left out. */
  of(row: Row, items: readonly Row[] = [row]): ObjectText {
    this.problems = new Map();
    return { json: this.objectText(this.top, row, items) ?? '{}', problems: this.problems };
  }

  /** The text of a field that is no part of the object; empty where the row has none. */
  textOf(field: string, row: Row): string {
    const target = this.apart.get(field);
    if (target === undefined) return '';
    const cells = target.sources.map((source) => this.cellOf(source, row));
    const text = cells.find((cell) => cell !== '') ?? target.constant ?? '';
    const converted = text === '' ? text : this.converters[field]?.(text);
    return typeof converted === 'string' ? converted : text;
  }

  /** Undefined where all values are absent. */
  private objectText(members: readonly Member[], row: Row, items: readonly Row[]): string | undefined {
    let text = '';
    for (const member of members) {
      const value = this.memberText(member, row, items);
      if (value !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(member.key)}:${value}`;
    }
    return text === '' ? undefined : `{${text}}`;
  }

  private memberText(member: Member, row: Row, items: readonly Row[]): string | undefined {
    if ('target' in member) return this.valueText(member.target, row);
    if (!member.isList) return this.objectText(member.members, row, items);
    const texts = items.flatMap((item) => this.objectText(member.members, item, items) ?? []);
    return texts.length === 0 ? undefined : `[${texts.join(',')}]`;
  }

  private valueText({ name, sources, constant }: Target, row: Row): string | undefined {
    for (const source of sources) {
      const cell = this.cellOf(source, row);
      if (cell !== '') return this.cellText(name, cell, this.typeOf(source));
    }
    if (constant === undefined) return undefined;
    return this.cellText(name, constant, name.includes('.') && isJson(constant) ? 'json' : 'text');
  }

  private cellOf({ columns }: Source, row: Row): string {
    if (columns.length === 1) return this.stripped(row[columns[0] as number] ?? '');
    const cells = columns.map((column) => this.stripped((row[column] ?? '').trim()));
    return cells.filter((cell) => cell !== '').join(' ');
  }

  private stripped(cell: string): string {
    return this.stripApostrophes && APOSTROPHE.test(cell) ? cell.slice(1) : cell;
  }

  private typeOf({ type, columns: [column = -1] }: Source): ColumnType | 'whole' {
    return type ?? this.types.get(column) ?? 'text';
  }

  private cellText(name: string, cell: string, type: ColumnType | 'whole'): string {
    // What is no object is refused as any sender's is.
    if (type === 'whole') return isJson(cell) ? cell.trim() : JSON.stringify(cell);
    const converter = this.converters[name];
    if (converter !== undefined) return this.convertedText(name, cell, converter(cell));
    const json = jsonOfCell(cell, type);
    if (json !== undefined) return json;
    this.problems.set(name, type === 'number' ? 'must be a number of JSON, such as 1234.50' : 'must be JSON');
    return JSON.stringify(cell);
  }

  private convertedText(name: string, cell: string, converted: string | { readonly problem: string }): string {
    if (typeof converted === 'string') return JSON.stringify(converted);
    this.problems.set(name, converted.problem);
    return JSON.stringify(cell);
  }
}

/** @param depth of the path that these members are at. */
function addTarget(members: Member[], target: Target, depth: number): void {
  const { path, name, listAt } = target;
  const key = path[depth] ?? '';
  const present = members.find((member) => member.key === key);
  if (depth === path.length - 1) {
    if (present !== undefined)
      throw new OperatorError(`The column "${name}" is a value, and other columns are parts of it`);
    members.push({ key, target });
    return;
  }
  const isList = depth === listAt;
  const branch = present ?? { key, members: [], isList };
  if (!('members' in branch) || branch.isList !== isList)
    throw new OperatorError(`The column "${name}" is a part of a column that is ${isList ? 'no list' : 'a value'}`);
  if (present === undefined) members.push(branch);
  addTarget(branch.members, target, depth + 1);
}

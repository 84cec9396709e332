import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PutMode } from '../../customer-events/application/customers.ts';
import { TIME_FORMATS } from '../../../libs/time/time-format.ts';
import { OperatorError } from '../error-message.ts';
import { STANDARD_INPUT } from './input-file.ts';
import { ASK, merged, NO_MAPPING, pairOf, readMappings, type Mapping } from './mapping.ts';

export interface ImportCommandOptions {
  readonly app: string;
  readonly format?: 'ndjson' | 'csv';
  readonly mapping?: string;
  readonly map?: readonly string[];
  readonly set?: readonly string[];
  readonly ignore?: readonly string[];
  readonly text?: readonly string[];
  readonly number?: readonly string[];
  readonly jsonColumn?: readonly string[];
  readonly timeFormat?: string;
  readonly timeZone?: string;
  readonly prefixExternalId?: string;
  readonly groupBy?: readonly string[];
  readonly eventIdFrom?: string;
  readonly delimiter?: string;
  readonly escape?: string;
  readonly stripApostrophes?: boolean;
  readonly createCustomers?: string;
  readonly customersMapping?: string;
  readonly customersOnly?: boolean;
  readonly customers: PutMode;
  readonly rejected?: string;
  readonly rejectedCustomers?: string;
  readonly state?: string;
  readonly strict?: boolean;
  readonly dryRun?: boolean;
  readonly resume?: boolean;
  readonly again?: boolean;
  readonly json?: boolean;
}

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

/** Groups of options, in the order in which somebody needs them. */
export function withImportOptions(command: Command): Command {
  command
    .argument('<file>', `the file, or ${STANDARD_INPUT} for standard input`)
    .requiredOption('--app <slug>', 'the app that the customers belong to')
    .option('--dry-run', 'check everything, foretell what would become of each line, write nothing')
    .option('--json', 'print JSON');
  customerOptions(command);
  mappingOptions(command);
  columnOptions(command);
  return runOptions(command);
}

function customerOptions(command: Command): void {
  command
    .option('--create-customers <file.csv>', 'first the customers: externalId, email, name, phone, avatarUrl, metadata')
    .addOption(
      new Option('--customers <mode>', 'insert: those that exist are left as they are')
        .choices(['insert', 'upsert'])
        .default('upsert'),
    )
    .option('--customers-only', 'the file is one of customers; there are no events');
}

function mappingOptions(command: Command): void {
  command
    .option(
      '--mapping <name|file.yaml>',
      'what the columns of a known export mean; "cli mappings" lists the ready ones',
    )
    .option('--customers-mapping <name|file.yaml>', 'the same for the file of customers (default: that of the events)')
    .option('--map <column=field>', 'write a column to a field (repeatable)', collect)
    .option('--set <field=value>', 'the value of a field where a row has none (repeatable)', collect)
    .option('--ignore <column>', 'pass over a column; "*": all that are no field (repeatable)', collect)
    .option('--prefix-external-id <prefix>', 'put this in front of each external id')
    .option('--group-by <column>', 'adjacent rows with the same value are one event (repeatable)', collect)
    .option(
      '--event-id-from <source>',
      'for events without an eventId, so that they can be imported twice: "line", "content", or columns, such as Name,Date',
    );
}

function columnOptions(command: Command): void {
  command
    .addOption(
      new Option('--format <format>', 'default: by the name of the file, else ndjson').choices(['ndjson', 'csv']),
    )
    .option('--delimiter <character>', 'between the cells of CSV (default: found out from the header)', characterOf)
    .option('--escape <character>', 'before a quote within quotes (default: another quote)', characterOf)
    .option('--text <column>', 'its cells are texts as they stand (repeatable)', collect)
    .option('--number <column>', 'its cells are numbers (repeatable)', collect)
    .option('--json-column <column>', 'its cells are JSON (repeatable)', collect)
    .option('--strip-apostrophes', "an apostrophe before a number, + or = is no part of a cell ('0123)")
    .option('--time-format <format>', `of occurredAt: ${TIME_FORMATS}`)
    .option('--time-zone <zone>', 'of times without an offset, such as Europe/Berlin (default: UTC)');
}

function runOptions(command: Command): Command {
  return command
    .option('--strict', 'refuse what a spreadsheet is likely to have changed, instead of a warning')
    .option('--rejected <path>', 'where rejected lines go (default: FILE.rejected.ndjson)')
    .option('--rejected-customers <path>', 'where rejected customers go (default: FILE.rejected.csv)')
    .option('--state <path>', 'where it is written down how far the import came (default: FILE.import-state.json)')
    .option('--resume', 'go on where an interrupted import of this file ended')
    .option('--again', 'accept that events without an eventId may be stored a second time');
}

/** How the file of events, and that of customers, are read. @throws {OperatorError} */
export function mappingsOf(
  options: ImportCommandOptions,
  format: 'ndjson' | 'csv',
): { events: Mapping; customers: Mapping } {
  const { mapping, customersMapping, customersOnly } = options;
  const ready = mapping === undefined ? undefined : readMappings(mapping);
  const readyCustomers = customersMapping === undefined ? ready : readMappings(customersMapping);
  // Of both files, wherever they have the column.
  const columns = { text: options.text ?? [], number: options.number ?? [], json: options.jsonColumn ?? [] };
  const shared = {
    prefixExternalId: options.prefixExternalId,
    delimiter: options.delimiter,
    escape: options.escape,
    stripApostrophes: options.stripApostrophes,
  };
  const own = ownMapping(options);
  const [forEvents, forCustomers] = customersOnly === true ? [{}, own] : [own, {}];
  const customers = merged(readyCustomers?.customers ?? NO_MAPPING, { ...shared, ...columns, ...forCustomers });
  // Beside NDJSON, what is said of columns is said of the customers.
  const isOfEvents = format === 'csv' || options.createCustomers === undefined;
  const forBoth = isOfEvents ? { ...shared, ...columns } : { prefixExternalId: options.prefixExternalId };
  return {
    events: withTimeZone(merged(ready?.events ?? NO_MAPPING, { ...forBoth, ...forEvents })),
    customers,
  };
}

function ownMapping(options: ImportCommandOptions): Partial<Mapping> {
  const map = (options.map ?? []).map((text): [string, string[]] => {
    const [column, field] = pairOf(text, 'last', 'COLUMN=FIELD');
    return [column, [field]];
  });
  const fieldsOf = (column: string): string[] =>
    map.filter(([name]) => name === column).flatMap(([, fields]) => fields);
  return {
    map: new Map(map.map(([column]) => [column, fieldsOf(column)])),
    set: new Map((options.set ?? []).map((text) => pairOf(text, 'first', 'FIELD=VALUE'))),
    ignore: options.ignore ?? [],
    groupBy: options.groupBy ?? [],
    eventIdFrom: options.eventIdFrom,
    timeFormat: options.timeFormat,
    timeZone: options.timeZone,
    required: map.map(([column]) => column),
  };
}

function withTimeZone(mapping: Mapping): Mapping {
  if (mapping.timeZone !== ASK) return mapping;
  throw new OperatorError('The times of this export are those of the shop: say --time-zone, such as Europe/Berlin');
}

function characterOf(text: string): string {
  const character = text === '\\t' ? '\t' : text;
  if (character.length !== 1 || /["\r\n]/.test(character))
    throw new InvalidArgumentError('expected one character, such as ";" or "\\t"');
  return character;
}

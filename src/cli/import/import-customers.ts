import type { INestApplicationContext } from '@nestjs/common';
import { BackOff } from '../../../libs/kernel/back-off.ts';
import { SHORT_LINE, SHORT_LINE_RULE } from '../../../libs/kernel/characters.ts';
import { DomainError, errorAsValue } from '../../../libs/kernel/domain-error.ts';
import { invalidField, invalidFields } from '../../../libs/kernel/input-error.ts';
import { Customers, type PutMode, type PutResult } from '../../customer-events/application/customers.ts';
import { IMPORT_RETRY_MS } from '../../customer-events/application/event-import.ts';
import { type CustomerPreview } from '../../customer-events/domain/customer-preview.ts';
import type { CustomerChanges } from '../../customer-events/domain/customer.ts';
import { CustomerRequest, customerChanges } from '../../customer-events/input/customer.request.ts';
import { readFields } from '../../platform/input/field-reader.ts';
import type { FreeFormLimits } from '../../platform/input/free-form-limits.ts';
import { parseJson } from '../../platform/input/parse-json.ts';
import { CsvObjects } from './csv-objects.ts';
import { openCsvFile, type CsvFile } from './csv-file.ts';
import { requireFields, type CsvFields } from './csv-plan.ts';
import type { CsvRow } from './csv-rows.ts';
import { detailsOf } from './field-problems.ts';
import { failureOf, noteErrors, type ErrorSummary, type ImportSummary } from './import-summary.ts';
import type { Mapping } from './mapping.ts';
import { Progress } from './progress.ts';
import { RejectedFile, type RejectedFormat, type Rejection } from './rejected-file.ts';
import { SpreadsheetDamage } from './spreadsheet-damage.ts';

const EXTERNAL_ID = 'externalId';
/** The first columns of a file of rejected customers; there they are for the reader alone. */
const REJECTED_COLUMNS: readonly string[] = ['rejectedLine', 'rejectedReason'];
const CUSTOMER_FIELDS: CsvFields = {
  requestClass: CustomerRequest,
  objectField: 'metadata',
  apart: [EXTERNAL_ID],
  besides: REJECTED_COLUMNS,
};
/** Customers of a transaction, at most; live writes wait for one no longer than some tens of milliseconds. */
const GROUP_ROWS = 500;
const GROUP_CHARACTERS = 1_048_576;

export interface CustomerFileOptions {
  readonly path: string;
  readonly rejectedPath: string;
  readonly app: { readonly id: string };
  readonly mapping: Mapping;
  readonly mode: PutMode;
  readonly strict: boolean;
  readonly dryRun: boolean;
  readonly limits: FreeFormLimits;
  readonly signal: AbortSignal;
}

interface CustomerLine {
  readonly number: number;
  readonly externalId: string;
  readonly changes: CustomerChanges | DomainError;
  readonly row: CsvRow;
  readonly characters: number;
}

/** An import of customers all of whose files are open. */
export interface OpenCustomerImport {
  readonly notes: readonly string[];
  /** Names of declared columns that the file has not. */
  readonly unused: readonly string[];
  /**
   * It does not throw where it breaks off in the middle: the summary says so. It may be run again.
   *
   * @param preview remembers what a dry run would have changed.
   */
  run(preview: CustomerPreview): Promise<ImportSummary>;
  /** Instead of running it. */
  close(): void;
}

/**
 * Opens a CSV file of customers with the columns externalId, email, name, phone, avatarUrl and metadata (or
 * `metadata.<key>`), or what is mapped to them. An empty cell leaves its field as it is.
 *
 * @throws {OperatorError} where it cannot begin.
 */
export async function openCustomerImport(
  service: INestApplicationContext,
  options: CustomerFileOptions,
): Promise<OpenCustomerImport> {
  const { path, mapping, signal } = options;
  const file = await openCsvFile({ path, what: 'customers', fields: CUSTOMER_FIELDS, mapping, signal });
  const { table } = file;
  requireFields(table.header, file.plan, [EXTERNAL_ID]);
  const rejectedFile = new RejectedFile(
    options.rejectedPath,
    '--rejected-customers',
    rejectedRows(table.header, table.delimiter),
  );
  const run = new CustomerFileImport(service, options, file, rejectedFile);
  return { notes: file.notes, unused: file.plan.unused, run: (preview) => run.run(preview), close: () => run.close() };
}

/** One run over one file. */
class CustomerFileImport {
  private readonly tally = { lines: 0, created: 0, updated: 0, unchanged: 0, rejected: 0, throughLine: 0 };
  private readonly errors: ErrorSummary[] = [];
  private readonly damage = new SpreadsheetDamage();
  private readonly objects: CsvObjects;

  constructor(
    private readonly service: INestApplicationContext,
    private readonly options: CustomerFileOptions,
    private readonly file: CsvFile,
    private readonly rejectedFile: RejectedFile<CustomerLine>,
  ) {
    const { prefixExternalId } = options.mapping;
    const withPrefix = (text: string): string => `${prefixExternalId ?? ''}${text}`;
    const { stripApostrophes } = options.mapping;
    this.objects = new CsvObjects(file.plan, file.types, { [EXTERNAL_ID]: withPrefix }, stripApostrophes);
  }

  close(): void {
    this.rejectedFile.close();
    this.file.input.close();
  }

  async run(preview: CustomerPreview): Promise<ImportSummary> {
    const { path, dryRun } = this.options;
    const began = Date.now();
    this.rejectedFile.begin(0);
    const { input, table } = this.file;
    const progress = new Progress('customers', input.size, () => ({ ...this.tally, bytesRead: input.bytesRead() }));
    let failure: string | undefined;
    try {
      failure = await this.import(preview);
    } catch (error) {
      failure = failureOf(error);
    } finally {
      progress.stop();
      this.close();
    }
    return {
      file: path,
      dryRun,
      finished: failure === undefined,
      ...this.tally,
      rejectedFile: this.tally.rejected > 0 ? this.rejectedFile.path : null,
      seconds: (Date.now() - began) / 1000,
      errors: this.errors,
      exact: dryRun ? !preview.isFull : undefined,
      passedOver: table.passedOver,
      warnings: this.damage.warnings,
      failure: failure === undefined ? undefined : `${failure}; it may be imported again from its beginning`,
    };
  }

  /** Returns why it did not come to its end, if it did not. */
  private async import(preview: CustomerPreview): Promise<string | undefined> {
    for await (const group of groupsOf(this.lines())) {
      if (this.options.signal.aborted) return 'interrupted';
      await this.write(group, preview);
      this.tally.throughLine = group.at(-1)?.number ?? this.tally.throughLine;
    }
    return this.options.signal.aborted ? 'interrupted' : undefined;
  }

  private async *lines(): AsyncGenerator<CustomerLine[], void> {
    for await (const rows of this.file.table.rows) yield rows.map((row) => this.lineOf(row));
  }

  private lineOf(row: CsvRow): CustomerLine {
    const { number, cells, problem } = row;
    const externalId = this.objects.textOf(EXTERNAL_ID, cells);
    const { json, problems } = this.objects.of(cells);
    const line = { number, externalId, row, characters: json.length };
    if (problem !== undefined) return { ...line, changes: invalidField('line', problem) };
    if (problems.size > 0) return { ...line, changes: invalidFields(detailsOf(problems)) };
    return { ...line, changes: this.checked(number, externalId, changesOf(externalId, json, this.options.limits)) };
  }

  /** A warning, or with `strict` a refusal, where a spreadsheet is likely to have changed something. */
  private checked(line: number, externalId: string, changes: CustomerChanges | DomainError): typeof changes {
    if (changes instanceof DomainError) return changes;
    const { strict, mapping } = this.options;
    const problems = this.damage.ofIds(line, {
      [EXTERNAL_ID]: externalId.slice(mapping.prefixExternalId?.length ?? 0),
      phone: changes.phone ?? '',
    });
    const ofAddress = this.damage.ofAddress(line, externalId, changes.email ?? '');
    if (ofAddress !== undefined) problems.set('email', ofAddress);
    return strict && problems.size > 0 ? invalidFields(detailsOf(problems)) : changes;
  }

  private async write(lines: readonly CustomerLine[], preview: CustomerPreview): Promise<void> {
    const rejected: Rejection<CustomerLine>[] = [];
    const valid = lines.filter(({ changes }) => !(changes instanceof DomainError));
    const results = valid.length === 0 ? [] : await this.put(valid, preview);
    const resultOf = new Map(valid.map((line, index) => [line, results[index] as PutResult]));
    for (const line of lines) {
      const result = line.changes instanceof DomainError ? line.changes : (resultOf.get(line) as PutResult);
      this.tally.lines++;
      if (result instanceof DomainError) rejected.push({ line, reason: result });
      else this.tally[result]++;
    }
    this.tally.rejected += rejected.length;
    noteErrors(this.errors, rejected);
    this.rejectedFile.write(rejected);
  }

  /** An unavailable database refuses no line: it is waited for, and then ends the import. */
  private async put(lines: readonly CustomerLine[], preview: CustomerPreview): Promise<PutResult[]> {
    const { app, mode, dryRun, signal } = this.options;
    const customers = this.service.get(Customers);
    const entries = lines.map(({ externalId, changes }) => ({ externalId, changes: changes as CustomerChanges }));
    const backOff = new BackOff(this.service.get<number>(IMPORT_RETRY_MS, { strict: false }), signal);
    for (;;) {
      try {
        return dryRun
          ? await customers.previewAll(app.id, entries, mode, preview)
          : await customers.putAll(app.id, entries, mode);
      } catch (error) {
        const isUnavailable = error instanceof DomainError && error.kind === 'unavailable';
        if (!isUnavailable || !(await backOff.pause())) throw error;
      }
    }
  }
}

async function* groupsOf(source: AsyncIterable<CustomerLine[]>): AsyncGenerator<CustomerLine[], void> {
  let group: CustomerLine[] = [];
  let characters = 0;
  for await (const lines of source) {
    for (const line of lines) {
      group.push(line);
      characters += line.characters;
      if (group.length < GROUP_ROWS && characters < GROUP_CHARACTERS) continue;
      yield group;
      group = [];
      characters = 0;
    }
  }
  if (group.length > 0) yield group;
}

/** The rows as they stand, behind what is wrong with them: those with a wrong number of cells too. */
function rejectedRows(header: readonly string[], delimiter: string): RejectedFormat<CustomerLine> {
  const isOwn = (column: number): boolean => !REJECTED_COLUMNS.includes(header[column] ?? '');
  const textOf = (first: readonly string[], cells: readonly string[]): string =>
    `${[...first, ...cells.filter((_, column) => isOwn(column))].map((cell) => csvCell(cell, delimiter)).join(delimiter)}\n`;
  return {
    head: textOf(REJECTED_COLUMNS, header),
    begins: REJECTED_COLUMNS[0] ?? '',
    textOf: ({ line, reason: { code, message, details } }) =>
      textOf(
        [String(line.number), `${code}: ${details === undefined ? message : JSON.stringify(details)}`],
        line.row.cells,
      ),
  };
}

const csvCell = (text: string, delimiter: string): string =>
  /["\r\n]|^\s|\s$/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;

function changesOf(externalId: string, json: string, limits: FreeFormLimits): CustomerChanges | DomainError {
  if (!SHORT_LINE.test(externalId)) return invalidField(EXTERNAL_ID, SHORT_LINE_RULE);
  return errorAsValue(() => {
    const source = { name: 'customer', value: parseJson(json), text: json, start: 0, end: json.length };
    return customerChanges(readFields(CustomerRequest, source, limits));
  });
}

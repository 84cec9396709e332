import type { INestApplicationContext } from '@nestjs/common';
import { BackOff } from '../../../libs/kernel/back-off.ts';
import { DomainError, errorAsValue } from '../../../libs/kernel/domain-error.ts';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { IMPORT_RETRY_MS } from '../../customer-events/application/event-import.ts';
import { Customers } from '../../customer-events/application/customers.ts';
import { customerNotFound } from '../../customer-events/domain/customer-events-error.ts';
import { EXTERNAL_ID_PATTERN, newCustomer, type CustomerChanges } from '../../customer-events/domain/customer.ts';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import { EXTERNAL_ID_RULE } from '../../customer-events/input/customer-event.request.ts';
import { CustomerRequest, customerChanges } from '../../customer-events/input/customer.request.ts';
import { parseJson } from '../../platform/input/parse-json.ts';
import { readFields } from '../../platform/input/field-reader.ts';
import { csvObjects, type CsvObjects } from './csv-objects.ts';
import { requireColumns, tellDelimiter } from './event-source.ts';
import { openCsv, type CsvRow } from './csv-rows.ts';
import { failureOf, noteErrors, type ErrorSummary, type ImportSummary } from './import-summary.ts';
import { openInput } from './input-file.ts';
import { Progress } from './progress.ts';
import { RejectedFile, type RejectedFormat } from './rejected-file.ts';
import type { FreeFormLimits } from '../../platform/input/free-form-limits.ts';

const EXTERNAL_ID = 'externalId';
/** The first columns of a file of rejected customers; there they are for the reader alone. */
const REJECTED_COLUMNS: readonly string[] = ['rejectedLine', 'rejectedReason'];
/** Customers that are written at the same time: each is a transaction of its own. */
const AT_ONCE = 8;

export interface CustomerFileOptions {
  readonly path: string;
  readonly rejectedPath: string;
  readonly app: { readonly id: string };
  /** Undefined: it is found out. */
  readonly delimiter: string | undefined;
  readonly dryRun: boolean;
  readonly limits: FreeFormLimits;
  readonly signal: AbortSignal;
  /** The external ids of all customers that are there afterwards are added. */
  readonly externalIds: Set<string>;
}

interface CustomerLine {
  readonly number: number;
  readonly externalId: string;
  readonly changes: CustomerChanges | DomainError;
  readonly cells: readonly string[];
}

/**
 * Creates or changes the customers of a CSV file with the columns externalId, email, name, phone,
 * avatarUrl and metadata (or `metadata.<key>`). An empty cell leaves its field as it is.
 *
 * It does not throw where it breaks off in the middle: the summary says so. It may be run again.
 *
 * @throws {OperatorError} where it cannot begin.
 */
export async function importCustomers(
  service: INestApplicationContext,
  options: CustomerFileOptions,
): Promise<ImportSummary> {
  const { path, limits, dryRun, signal } = options;
  const input = openInput(path);
  const { header, rows, delimiter } = await openCsv(input.bytes, options.delimiter);
  if (options.delimiter === undefined) tellDelimiter('customers', delimiter);
  const objects = csvObjects(header, {
    requestClass: CustomerRequest,
    objectField: 'metadata',
    besides: [EXTERNAL_ID, ...REJECTED_COLUMNS],
    textColumns: [],
  });
  requireColumns(header, [EXTERNAL_ID]);
  const tally = { lines: 0, created: 0, updated: 0, rejected: 0, throughLine: 0 };
  const rejectedFile = new RejectedFile(options.rejectedPath, rejectedRows(header, delimiter));
  rejectedFile.begin(0);
  const errors: ErrorSummary[] = [];
  const began = Date.now();
  const progress = new Progress('customers', input.size, () => ({ ...tally, bytesRead: input.bytesRead() }), 0);
  const customers = service.get(Customers);
  const retryMs = service.get<number>(IMPORT_RETRY_MS, { strict: false });
  let failure: string | undefined;

  const settle = async (line: CustomerLine): Promise<void> => {
    const result = await putCustomer(customers, line, options, new BackOff(retryMs, signal));
    if (result instanceof DomainError) {
      tally.rejected++;
      noteErrors(errors, [{ line, reason: result }]);
      rejectedFile.write([{ line, reason: result }]);
    } else {
      tally[result]++;
      if (dryRun) options.externalIds.add(line.externalId);
    }
    tally.lines++;
  };

  try {
    for await (const group of rows) {
      const lines = group.map((row) => customerLine(row, objects, limits));
      for (const together of apart(lines)) await allEnded(together.map(settle));
      tally.throughLine = lines.at(-1)?.number ?? tally.throughLine;
      if (signal.aborted) break;
    }
    if (signal.aborted) failure = 'interrupted';
  } catch (error) {
    failure = failureOf(error);
  } finally {
    progress.stop();
    rejectedFile.close();
    input.close();
  }
  return {
    file: path,
    dryRun,
    finished: failure === undefined,
    ...tally,
    rejectedFile: tally.rejected > 0 ? rejectedFile.path : null,
    seconds: (Date.now() - began) / 1000,
    errors,
    failure: failure === undefined ? undefined : `${failure}; it may be imported again from its beginning`,
  };
}

/** Where one fails, the others are waited for, so that what is counted and written is all there is. */
async function allEnded(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

function customerLine(row: CsvRow, objects: CsvObjects, limits: FreeFormLimits): CustomerLine {
  const externalId = row.cells[objects.indexOf(EXTERNAL_ID)] ?? '';
  const json = objects.jsonText(row.cells);
  const { problem } = row;
  return {
    number: row.number,
    externalId,
    changes: problem === undefined ? changesOf(externalId, json, limits) : invalidField('line', problem),
    cells: row.cells,
  };
}

/** The rows as they were, behind what is wrong with them: those with a wrong number of cells stay as they are, too. */
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
        line.cells,
      ),
  };
}

const csvCell = (text: string, delimiter: string): string =>
  /["\r\n]|^\s|\s$/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;

function changesOf(externalId: string, json: string, limits: FreeFormLimits): CustomerChanges | DomainError {
  if (!EXTERNAL_ID_PATTERN.test(externalId)) return invalidField(EXTERNAL_ID, EXTERNAL_ID_RULE);
  return errorAsValue(() => {
    const source = { name: 'customer', value: parseJson(json), text: json, start: 0, end: json.length };
    return customerChanges(readFields(CustomerRequest, source, limits));
  });
}

async function putCustomer(
  customers: Customers,
  { externalId, changes }: CustomerLine,
  { app, dryRun }: CustomerFileOptions,
  backOff: BackOff,
): Promise<'created' | 'updated' | DomainError> {
  if (changes instanceof DomainError) return changes;
  for (;;) {
    try {
      if (dryRun) return await wouldBe(customers, app.id, externalId, changes);
      const { created } = await customers.put(app.id, externalId, changes);
      return created ? 'created' : 'updated';
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // An unavailable database refuses no line: it is waited for, and then ends the import.
      if (error.kind !== 'unavailable') return error;
      if (!(await backOff.pause())) throw error;
    }
  }
}

async function wouldBe(
  customers: Customers,
  appId: string,
  externalId: string,
  changes: CustomerChanges,
): Promise<'created' | 'updated'> {
  try {
    await customers.get(appId, externalId);
    return 'updated';
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== customerNotFound.code) throw error;
    newCustomer(appId, externalId, changes, instantFromMillis(Date.now()), new JsonText('{}'));
    return 'created';
  }
}

/** Lines that may be written at the same time: none of them has a customer or an address of another. */
function* apart(lines: readonly CustomerLine[]): Generator<CustomerLine[], void> {
  let together: CustomerLine[] = [];
  let keys = new Set<string>();
  for (const line of lines) {
    const email = line.changes instanceof DomainError ? undefined : line.changes.email?.toLowerCase();
    const own = [`id ${line.externalId}`, `email ${email ?? line.externalId}`];
    if (together.length === AT_ONCE || own.some((key) => keys.has(key))) {
      yield together;
      together = [];
      keys = new Set();
    }
    together.push(line);
    for (const key of own) keys.add(key);
  }
  if (together.length > 0) yield together;
}

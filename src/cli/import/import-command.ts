import { Command } from 'commander';
import type { INestApplicationContext } from '@nestjs/common';
import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import type { Config } from '../../config.ts';
import { CustomerPreview } from '../../customer-events/domain/customer-preview.ts';
import { OperatorError } from '../error-message.ts';
import { printable, printableJson, tell } from '../printable.ts';
import { withService } from '../with-service.ts';
import { openCustomerImport, type OpenCustomerImport } from './import-customers.ts';
import { openEventImport, type OpenEventImport } from './import-events.ts';
import { mappingsOf, withImportOptions, type ImportCommandOptions } from './import-options.ts';
import { stateFileOf } from './import-state.ts';
import { summaryLines, type ImportSummary } from './import-summary.ts';
import { requireInput, STANDARD_INPUT } from './input-file.ts';

/** Exit status: 0 all lines are in, 2 some were rejected, 1 it did not come to its end. */
const SOME_REJECTED = 2;
const FAILED = 1;
const INTERRUPTED_TWICE = 130;

/** `cli import FILE --app acme`: history from files, on the database itself. */
export function importCommand(): Command {
  return withImportOptions(
    new Command('import').description(
      'import history: events, a line each, from NDJSON or CSV, plain or gzip; see docs/importing.md',
    ),
  ).action(async (file: string, options: ImportCommandOptions) => {
    const { signal, release } = stopOnSignal();
    try {
      const outcome = await withService({ mayCreate: true, json: options.json }, (service, config) =>
        runImport(service, config, file, options, signal),
      );
      print(options, outcome);
      process.exitCode = statusOf(outcome);
    } finally {
      release();
    }
  });
}

/** What became of each file; undefined: there was none, or it was not come to. */
export interface ImportOutcome {
  readonly customers: ImportSummary | undefined;
  readonly events: ImportSummary | undefined;
}

interface Opened {
  readonly customers?: OpenCustomerImport | undefined;
  readonly events?: OpenEventImport | undefined;
}

/** @throws {OperatorError} where it cannot begin. Where it breaks off later, the summaries say so. */
export async function runImport(
  service: INestApplicationContext,
  config: Pick<Config, 'maxPayloadBytes' | 'maxPayloadKeys'>,
  path: string,
  options: ImportCommandOptions,
  signal: AbortSignal,
): Promise<ImportOutcome> {
  requireOptions(path, options);
  const opened = await open(service, config, { path, options, signal });
  // A dry run remembers what the customers' file would have changed.
  const preview = new CustomerPreview();
  const customers = await opened.customers?.run(preview);
  if (customers?.finished === false) {
    opened.events?.close();
    return { customers, events: undefined };
  }
  return { customers, events: await opened.events?.run((id) => preview.has(id)) };
}

/** @throws {OperatorError} for options that do not go together. */
function requireOptions(path: string, options: ImportCommandOptions): void {
  const { resume, dryRun, customersOnly, createCustomers, state, rejected } = options;
  if (resume === true && (path === STANDARD_INPUT || dryRun === true || customersOnly === true))
    throw new OperatorError('Only the import of a file of events can be resumed, and no dry run');
  if (customersOnly === true && (createCustomers !== undefined || state !== undefined || rejected !== undefined))
    throw new OperatorError(
      'With --customers-only there is one file, of customers: --rejected-customers says where rejected ones go',
    );
  if (customersOnly !== true && createCustomers === undefined && options.rejectedCustomers !== undefined)
    throw new OperatorError('--rejected-customers is for --create-customers, or --customers-only');
}

/** Opens all files before anything is written. @throws {OperatorError} */
async function open(
  service: INestApplicationContext,
  config: Pick<Config, 'maxPayloadBytes' | 'maxPayloadKeys'>,
  { path, options, signal }: { path: string; options: ImportCommandOptions; signal: AbortSignal },
): Promise<Opened> {
  const format = options.format ?? (/\.csv(\.gz)?$/i.test(path) ? 'csv' : 'ndjson');
  const mappings = mappingsOf(options, format);
  const customersPath = options.customersOnly === true ? path : options.createCustomers;
  const rejectedPath = options.rejected ?? `${nameOf(path)}.rejected.ndjson`;
  const rejectedCustomersPath = options.rejectedCustomers ?? `${nameOf(customersPath ?? '')}.rejected.csv`;
  const statePath = options.state ?? stateFileOf(path);
  const written = options.customersOnly === true ? [] : [rejectedPath, statePath];
  for (const input of new Set([path, ...(customersPath === undefined ? [] : [customersPath])]))
    requireInput(input, [...written, ...(customersPath === undefined ? [] : [rejectedCustomersPath])]);
  const shared = {
    app: await service.get(KeyAdministration).appToWriteTo(options.app),
    strict: options.strict === true,
    dryRun: options.dryRun === true,
    limits: { maxPayloadBytes: config.maxPayloadBytes, maxPayloadKeys: config.maxPayloadKeys },
    signal,
  };
  const [resume, again] = [options.resume === true, options.again === true];
  const events =
    options.customersOnly === true
      ? undefined
      : await openEventImport(service, {
          ...shared,
          path,
          format,
          mapping: mappings.events,
          rejectedPath,
          statePath,
          resume,
          again,
        });
  try {
    // A resumed import had its customers already.
    const customers =
      customersPath === undefined || resume
        ? undefined
        : await openCustomerImport(service, {
            ...shared,
            path: customersPath,
            mapping: mappings.customers,
            mode: options.customers,
            rejectedPath: rejectedCustomersPath,
          });
    requireUsed(options, [customers, events]);
    if (options.json !== true) tellNotes([customers, events]);
    return { customers, events };
  } catch (error) {
    events?.close();
    throw error;
  }
}

const nameOf = (path: string): string => (path === STANDARD_INPUT ? 'stdin' : path);

/** @throws {OperatorError} for a declared column that no file has: it is misspelt, or nothing of it would be declared. */
function requireUsed(
  options: ImportCommandOptions,
  opened: readonly (OpenCustomerImport | OpenEventImport | undefined)[],
): void {
  const declared = { '--text': options.text, '--number': options.number, '--json-column': options.jsonColumn };
  const files = opened.filter((file) => file !== undefined);
  for (const [option, names] of Object.entries(declared)) {
    const unused = names?.find((name) => files.every((file) => file.unused.includes(name)));
    if (unused !== undefined)
      throw new OperatorError(
        `${option} "${unused}" applies to nothing: there is no such column that is written to payload or metadata`,
      );
  }
}

function tellNotes(opened: readonly (OpenCustomerImport | OpenEventImport | undefined)[]): void {
  for (const note of opened.flatMap((file) => file?.notes ?? [])) tell(note);
}

/** The first signal ends the import after the chunk that is being written, a second one at once. */
function stopOnSignal(): { signal: AbortSignal; release: () => void } {
  const stopping = new AbortController();
  const onSignal = (): void => {
    if (stopping.signal.aborted) process.exit(INTERRUPTED_TWICE);
    process.stderr.write('\nstopping after this chunk\n');
    stopping.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { signal: stopping.signal, release: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}

function print({ app, json }: ImportCommandOptions, { customers, events }: ImportOutcome): void {
  const lines = [
    ...(customers === undefined ? [] : summaryLines('customers', customers)),
    ...(events === undefined ? [] : summaryLines('events', events)),
  ];
  const text = json === true ? printableJson({ app, customers, events }) : lines.map(printable).join('\n');
  process.stdout.write(`${text}\n`);
}

export function statusOf({ customers, events }: ImportOutcome): number {
  const summaries = [customers, events].filter((summary) => summary !== undefined);
  if (summaries.some(({ finished }) => !finished)) return FAILED;
  return summaries.some(({ rejected }) => rejected > 0) ? SOME_REJECTED : 0;
}

import { Command, InvalidArgumentError, Option } from 'commander';
import type { INestApplicationContext } from '@nestjs/common';
import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import type { Config } from '../../config.ts';
import { OperatorError } from '../error-message.ts';
import { withService } from '../with-service.ts';
import { importCustomers } from './import-customers.ts';
import { openEventImport } from './import-events.ts';
import { stateFileOf } from './import-state.ts';
import { summaryLines, type ImportSummary } from './import-summary.ts';
import { requireInput, STANDARD_INPUT } from './input-file.ts';

interface Options {
  readonly app: string;
  readonly format?: 'ndjson' | 'csv';
  readonly delimiter?: string;
  readonly text: readonly string[];
  readonly createCustomers?: string;
  readonly rejected?: string;
  readonly rejectedCustomers?: string;
  readonly state?: string;
  readonly dryRun?: boolean;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** Exit status: 0 all lines are in, 2 some were rejected, 1 it did not come to its end. */
const SOME_REJECTED = 2;
const FAILED = 1;
const INTERRUPTED_TWICE = 130;

const collect = (value: string, all: readonly string[]): string[] => [...all, value];

/** `cli import FILE --app acme`: history from files, on the database itself. */
export function importCommand(): Command {
  return new Command('import')
    .description('import history: events, a line each, from NDJSON or CSV, plain or gzip')
    .argument('<file>', `the file, or ${STANDARD_INPUT} for standard input`)
    .requiredOption('--app <slug>', 'the app that the customers belong to')
    .addOption(
      new Option('--format <format>', 'default: by the name of the file, else ndjson').choices(['ndjson', 'csv']),
    )
    .option('--delimiter <character>', 'between the cells of CSV (default: found out from the header)', delimiterOf)
    .option(
      '--text <column>',
      'a payload column of CSV whose cells are strings even where they look like numbers (repeatable)',
      collect,
      [],
    )
    .option(
      '--create-customers <file.csv>',
      'first create or change customers: externalId, email, name, phone, avatarUrl, metadata',
    )
    .option('--rejected <path>', 'where rejected lines go (default: FILE.rejected.ndjson)')
    .option('--rejected-customers <path>', 'where rejected customers go (default: FILE.rejected.csv)')
    .option('--state <path>', 'where it is written down how far the import came (default: FILE.import-state.json)')
    .option('--dry-run', 'check everything, write nothing')
    .option('--resume', 'go on where an interrupted import of this file ended')
    .option('--json', 'print JSON')
    .action(async (file: string, options: Options) => {
      process.exitCode = await withService((service, config) => run(service, config, file, options));
    });
}

async function run(service: INestApplicationContext, config: Config, path: string, options: Options): Promise<number> {
  if (options.resume === true && (path === STANDARD_INPUT || options.dryRun === true)) {
    throw new OperatorError('Only the import of a file can be resumed, and no dry run');
  }
  const app = await service.get(KeyAdministration).appOf(options.app);
  const rejectedPath = options.rejected ?? `${path === STANDARD_INPUT ? 'stdin' : path}.rejected.ndjson`;
  const rejectedCustomersPath = options.rejectedCustomers ?? `${options.createCustomers}.rejected.csv`;
  const inputs = [path, ...(options.createCustomers === undefined ? [] : [options.createCustomers])];
  for (const input of inputs) {
    for (const written of [rejectedPath, rejectedCustomersPath, options.state ?? stateFileOf(path)]) {
      requireInput(input, written);
    }
  }
  const { signal, release } = stopOnSignal();
  const shared = {
    app,
    delimiter: options.delimiter,
    dryRun: options.dryRun === true,
    limits: { maxPayloadBytes: config.maxPayloadBytes, maxPayloadKeys: config.maxPayloadKeys },
    signal,
  };
  const assumedCustomers = new Set<string>();
  try {
    const eventImport = await openEventImport(service, {
      ...shared,
      path,
      format: options.format ?? (/\.csv(\.gz)?$/i.test(path) ? 'csv' : 'ndjson'),
      textColumns: options.text,
      rejectedPath,
      statePath: options.state ?? stateFileOf(path),
      resume: options.resume === true,
    });
    let customers: ImportSummary | undefined;
    try {
      // A resumed import had its customers already.
      if (options.createCustomers !== undefined && options.resume !== true) {
        customers = await importCustomers(service, {
          ...shared,
          path: options.createCustomers,
          rejectedPath: rejectedCustomersPath,
          externalIds: assumedCustomers,
        });
      }
    } catch (error) {
      eventImport.close();
      throw error;
    }
    if (customers?.finished === false) eventImport.close();
    const events = customers?.finished === false ? undefined : await eventImport.run(assumedCustomers);
    print(options, customers, events);
    return statusOf([customers, events].filter((summary) => summary !== undefined));
  } finally {
    release();
  }
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

function print(options: Options, customers: ImportSummary | undefined, events: ImportSummary | undefined): void {
  const lines = [
    ...(customers === undefined ? [] : summaryLines('customers', customers)),
    ...(events === undefined ? [] : summaryLines('events', events)),
  ];
  process.stdout.write(
    options.json === true ? `${JSON.stringify({ app: options.app, customers, events })}\n` : `${lines.join('\n')}\n`,
  );
}

function statusOf(summaries: readonly ImportSummary[]): number {
  if (summaries.some(({ finished }) => !finished)) return FAILED;
  return summaries.some(({ rejected }) => rejected > 0) ? SOME_REJECTED : 0;
}

function delimiterOf(text: string): string {
  const delimiter = text === '\\t' ? '\t' : text;
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter))
    throw new InvalidArgumentError('expected one character, such as ";" or "\\t"');
  return delimiter;
}

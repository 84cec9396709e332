import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { CUSTOMERS, rowCounter, type Context } from '../context.ts';
import type { SentEvent } from '../events.ts';
import { writeHistory } from '../history-files.ts';
import { runPairs, type Subject } from '../measurement.ts';
import { NODE_FLAGS, serviceFile } from '../paths.ts';
import { ratioTable, subjectTable, type SuiteReport } from '../report.ts';
import { createServiceDatabase, type ServiceDatabase } from '../service.ts';

const run = promisify(execFile);

const HEADER = 'customerExternalId,type,occurredAt,payload.orderId,payload.total,payload.currency\n';

/** The import command with CSV, against the same events as NDJSON. Its start, of some two seconds, counts for both. */
export async function files(context: Context): Promise<SuiteReport> {
  const { engine, options } = context;
  const database = await createServiceDatabase(engine, 'bench_files', CUSTOMERS);
  const { lines, ndjson } = writeHistory(engine.folder, database.appId, options.lines, CUSTOMERS, false);
  const events = readFileSync(ndjson, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SentEvent);
  const writeCsv = (name: string, cell: (text: string) => string): string => {
    const path = `${engine.folder}/${name}.csv`;
    const rows = events.map(({ customerExternalId, type, occurredAt, payload: { orderId, total, currency } }) =>
      [customerExternalId, type, occurredAt, orderId, String(total), currency].map(cell).join(','),
    );
    writeFileSync(path, `${HEADER}${rows.join('\n')}\n`);
    return path;
  };
  const subject = (name: string, path: string): Subject => ({
    name,
    prepare: async () => {
      await database.query('TRUNCATE customer_events');
      await engine.checkpoint();
    },
    warmUp: () => Promise.resolve(),
    measure: async () => {
      const start = performance.now();
      await importFile(database, path);
      const elapsedMs = performance.now() - start;
      const rows = await rowCounter(database)();
      if (rows !== lines) throw new Error(`${name}: ${rows} of ${lines} rows written`);
      return { perSecond: (lines * 1000) / elapsedMs };
    },
  });
  const json = subject('NDJSON', ndjson);
  const plain = await runPairs(
    subject(
      'CSV',
      writeCsv('plain', (text) => text),
    ),
    json,
    options,
  );
  const quoted = await runPairs(
    subject(
      'CSV, all cells quoted',
      writeCsv('quoted', (text) => `"${text}"`),
    ),
    json,
    options,
  );
  return {
    suite: 'files',
    title: `The import command with ${lines.toLocaleString('en')} events in CSV, against the same in NDJSON; a CSV file is read twice.`,
    body: [
      subjectTable([plain, quoted], 'events'),
      ratioTable([
        { comparison: plain, targets: [{ metric: 'perSecond', atLeast: 0.6 }] },
        { comparison: quoted, targets: [{ metric: 'perSecond', atLeast: 0.6 }] },
      ]),
    ].join('\n\n'),
  };
}

async function importFile(database: ServiceDatabase, path: string): Promise<void> {
  await run(process.execPath, [...NODE_FLAGS, serviceFile('cli.js'), 'import', path, '--app', 'bench', '--again'], {
    // No .env of the checkout there.
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, DATABASE_URL: database.url },
  });
}

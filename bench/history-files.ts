import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rowSource, type ServiceRow } from './service-rows.ts';

const CHUNK_LINES = 10_000;

/** The same events twice: as the service is sent them, and as COPY reads them. */
export interface HistoryFiles {
  readonly lines: number;
  readonly ndjson: string;
  /** COPY's text format, in the order of the service's columns. */
  readonly copy: string;
}

/** @param copyAppId the app of the database that COPY writes to. */
export function writeHistory(
  folder: string,
  copyAppId: string,
  lines: number,
  customers: number,
  withEventIds: boolean,
): HistoryFiles {
  const files = { lines, ndjson: join(folder, `history-${lines}.ndjson`), copy: join(folder, `history-${lines}.copy`) };
  const ndjson = openSync(files.ndjson, 'w');
  const copy = openSync(files.copy, 'w');
  const next = rowSource(copyAppId, lines, customers, withEventIds);
  for (let written = 0; written < lines; written += CHUNK_LINES) {
    const chunk = Array.from({ length: Math.min(CHUNK_LINES, lines - written) }, next);
    writeFileSync(ndjson, chunk.map(({ event }) => `${JSON.stringify(event)}\n`).join(''));
    writeFileSync(copy, chunk.map(({ row }) => copyLine(row)).join(''));
  }
  closeSync(ndjson);
  closeSync(copy);
  return files;
}

/** Nothing in our rows has to be escaped. */
const copyLine = (row: ServiceRow): string => `${row.map((value) => value ?? '\\N').join('\t')}\n`;

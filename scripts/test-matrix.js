import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './dist.js';
import { runRow } from './matrix/row-run.js';
import { RowFailed } from './matrix/row-errors.js';
import { ROWS } from './matrix/rows.js';
import { cellsOf, writeLines } from './matrix/table.js';

/*
 * npm run test:matrix                                      the tests on every version that is supported, one after the other
 * npm run test:matrix -- --only pg-16,node-24              these rows alone
 * npm run test:matrix -- --only pg-16 test/e2e/batch       tests by jest's patterns; the table is left as it is
 *
 * --limit-minutes 60 bounds each run. It ends with 1 where a test failed, or a row gave no results.
 */
const DOCUMENT = join(ROOT, 'docs/supported-versions.md');

const { rows, patterns, limitMs } = readArguments(process.argv.slice(2));
const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => interruption.abort());
if (!compile()) process.exit(1);
const logs = mkdtempSync(join(tmpdir(), 'matrix-logs-'));
let isGreen = true;
for (const row of rows) {
  if (interruption.signal.aborted) break;
  isGreen = (await report(row)) && isGreen;
}
console.log(`What jest has printed is in ${logs}`);
process.exitCode = isGreen && !interruption.signal.aborted ? 0 : 1;

/** @returns false where something failed. */
async function report(row) {
  console.log(`${row.name}: begins at ${new Date().toISOString()}`);
  try {
    const { signal } = interruption;
    const result = await runRow(row, { patterns, log: join(logs, `${row.name}.log`), limitMs, signal });
    tell(row, result);
    if (patterns.length === 0 && !signal.aborted) await write(row, result);
    return result.problem === null && result.failed.length === 0;
  } catch (error) {
    console.log(`${row.name}: failed: ${error instanceof RowFailed ? error.message : error.stack}`);
    return false;
  }
}

/** After each row, so that what was run is kept where a later row is stopped. */
async function write({ name }, result) {
  const names = ROWS.map((row) => row.name);
  const when = `${new Date().toISOString().slice(0, 10)}, ${commit()}`;
  await writeLines(DOCUMENT, names, new Map([[name, cellsOf(result, when)]]));
}

function tell({ name }, { versions, passed, failed, failedAtFirst, skipped, problem }) {
  console.log(`${name}: PostgreSQL ${versions.postgres}, Node.js ${versions.node}`);
  if (problem !== null) console.log(`${name}: ${problem}`);
  for (const test of failedAtFirst) console.log(`${name}: failed at first, passed alone: ${test}`);
  for (const test of failed) console.log(`${name}: failed: ${test}`);
  console.log(`${name}: ${passed} passed, ${failed.length} failed, ${skipped} skipped`);
}

function readArguments(args) {
  const { values, positionals } = parsed(args);
  const minutes = Number(values['limit-minutes']);
  if (!(minutes > 0)) refuse('--limit-minutes must be a number above 0');
  return { rows: rowsNamed(values.only), patterns: positionals, limitMs: minutes * 60_000 };
}

function parsed(args) {
  const options = { only: { type: 'string' }, 'limit-minutes': { type: 'string', default: '60' } };
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    return refuse(`${error.message}. The options are --only and --limit-minutes`);
  }
}

function rowsNamed(only) {
  if (only === undefined) return ROWS;
  const names = only.split(',');
  const unknown = names.filter((name) => !ROWS.some((row) => row.name === name));
  if (unknown.length > 0) {
    refuse(`--only: there is no row ${unknown.join(', ')}; there are ${ROWS.map(({ name }) => name).join(', ')}`);
  }
  return ROWS.filter(({ name }) => names.includes(name));
}

function refuse(message) {
  console.error(message);
  process.exit(1);
}

function compile() {
  return spawnSync(process.execPath, ['scripts/run.js'], { cwd: ROOT, stdio: 'inherit' }).status === 0;
}

/** The commit, with a mark where files were changed since, other than the document that this writes. */
function commit() {
  const git = (...args) => spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' }).stdout.trim();
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!docs/supported-versions.md');
  return `${git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : ' and changes'}`;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { ROOT } from '../dist.js';

const JEST = ['--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
/** After it a process that was asked to end is killed: jest stops its servers meanwhile. */
const GRACE_MS = 20_000;

/**
 * Runs jest, bounded by time, with all it prints in a file.
 *
 * @param node the program of Node, which is also the first in PATH for what the tests start.
 * @param args of jest.
 * @param env what is set beside the environment of this process.
 * @param log the path of the file; the results are written beside it and removed.
 * @param signal an AbortSignal: jest is stopped where it is aborted.
 * @returns `files`: for each test file, by its path in the project, how many tests `passed` and were `skipped`, and the
 *   names of those that `failed`; `problem`: why these are not the results of all tests, or null.
 */
export async function runTests({ node, args, env, log, limitMs, signal }) {
  const results = `${log}.json`;
  const command = [...JEST, ...args, '--json', `--outputFile=${results}`];
  const late = AbortSignal.timeout(limitMs);
  const status = await runBounded(node, command, { ...environment(node), ...env }, log, { late, signal });
  const files = readResults(results);
  if (late.aborted) return { files, problem: `was stopped after ${Math.round(limitMs / 1_000)} s` };
  const isExplained = status === 0 || [...files.values()].some(({ failed }) => failed.length > 0);
  return { files, problem: isExplained ? null : `jest ended with ${status}, although no test failed` };
}

/** None where jest did not come to the end. */
function readResults(file) {
  try {
    return filesIn(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return new Map();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @returns its exit status, or the signal that ended it. */
async function runBounded(node, command, env, log, { late, signal }) {
  const output = openSync(log, 'a');
  // A group of its own: what jest has started ends with it.
  const child = spawn(node, command, { cwd: ROOT, env, stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  let timer;
  const stop = AbortSignal.any([late, signal]);
  const onStop = () => {
    killGroup(child, 'SIGTERM');
    timer = setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS);
  };
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop, { once: true });
  const [status, endedBy] = await once(child, 'exit');
  stop.removeEventListener('abort', onStop);
  clearTimeout(timer);
  killGroup(child, 'SIGKILL');
  return status ?? endedBy;
}

function killGroup({ pid }, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Without what npm has set for the Node of this process, and what would change the tests. */
function environment(node) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_|^NODE(_OPTIONS)?$|^INIT_CWD$|^DRILL$|^TEST_DATABASE_URL$/.test(name),
  );
  return { ...Object.fromEntries(kept), PATH: `${dirname(node)}:${process.env.PATH}` };
}

function filesIn({ testResults }) {
  return new Map(
    testResults.map(({ name, status, assertionResults }) => {
      const failed = assertionResults.filter((test) => test.status === 'failed').map(({ fullName }) => fullName);
      const passed = assertionResults.filter((test) => test.status === 'passed').length;
      const skipped = assertionResults.length - passed - failed.length;
      // A file that does not load has no tests.
      if (status === 'failed' && failed.length === 0) failed.push('(the whole file)');
      return [relative(ROOT, name), { passed, failed, skipped }];
    }),
  );
}

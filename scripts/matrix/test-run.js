import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { ROOT } from '../dist.js';

const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
/** After it a process that was asked to end is killed: jest stops its servers meanwhile. */
const GRACE_MS = 20_000;

/**
 * Runs jest, bounded by time, with all it prints in a file.
 *
 * @param node the program of Node, which is also the first in PATH for what the tests start.
 * @param args of jest.
 * @param env what is set beside the environment of this process.
 * @param log the path of the file; the results are written beside it and removed.
 * @returns `files`: for each test file, by its path in the project, how many tests `passed` and were `skipped`, and the
 *   names of those that `failed`; `problem`: why there are no results, or null.
 */
export async function runTests({ node, args, env, log, limitMs }) {
  const results = `${log}.json`;
  const command = [...JEST, ...args, '--json', `--outputFile=${results}`];
  const { status, isLate } = await runBounded(node, command, { ...environment(node), ...env }, log, limitMs);
  try {
    return { files: filesIn(JSON.parse(readFileSync(results, 'utf8'))), problem: null };
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    const problem = isLate ? `was stopped after ${Math.round(limitMs / 1_000)} s` : `ended without results (${status})`;
    return { files: new Map(), problem };
  } finally {
    rmSync(results, { force: true });
  }
}

async function runBounded(node, command, env, log, limitMs) {
  const output = openSync(log, 'a');
  // A group of its own: what jest has started ends with it.
  const child = spawn(node, command, { cwd: ROOT, env, stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  const kill = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  const onExit = () => kill('SIGKILL');
  process.once('exit', onExit);
  let isLate = false;
  const timers = [
    setTimeout(() => {
      isLate = true;
      kill('SIGTERM');
    }, limitMs),
    setTimeout(() => kill('SIGKILL'), limitMs + GRACE_MS),
  ];
  const [status, signal] = await once(child, 'exit');
  timers.forEach(clearTimeout);
  process.off('exit', onExit);
  kill('SIGKILL');
  return { status: status ?? signal, isLate };
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
      const count = (wanted) => assertionResults.filter((test) => test.status === wanted).length;
      const failed = assertionResults.filter((test) => test.status === 'failed').map(({ fullName }) => fullName);
      // A file that does not load has no tests.
      if (status === 'failed' && failed.length === 0) failed.push('(the whole file)');
      const passed = count('passed');
      return [relative(ROOT, name), { passed, failed, skipped: assertionResults.length - passed - failed.length }];
    }),
  );
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile } from './compile.js';
import { compilerOf, fitsTheSources, isUpToDate, ROOT } from './dist.js';

/** What keeps the program from starting; the message is all that there is to say. */
class LaunchError extends Error {}

/**
 * Compiles what has changed, and becomes the program: it is imported, not spawned, so that its
 * signals, its exit status and its terminal are its own, and no second process waits beside it.
 *
 * @param argv a script, relative to the root of the project, and its arguments; none: only compile.
 */
export async function launch([script, ...args]) {
  try {
    await prepare(script);
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
    return;
  }
  if (script === undefined) return;
  endWithShell();
  const file = join(ROOT, script);
  process.argv = [process.argv[0], file, ...args];
  await import(pathToFileURL(file).href);
}

/**
 * npm passes a signal to the shell between itself and this process. Where that shell (dash) ends by
 * it without a word to its child, the program would run on with nobody to stop it.
 */
function endWithShell() {
  const shell = process.ppid;
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 200).unref();
}

async function prepare(script) {
  if (!existsSync(join(ROOT, 'node_modules'))) throw new LaunchError('The packages are not installed. Run: npm ci');
  if (isUpToDate()) return;
  if (compilerOf() !== null) {
    if (!(await compile())) throw new LaunchError('dist/ could not be made: see above.');
    return;
  }
  // `npm ci --omit=dev`: what was shipped is run, unless it is known to be something else than the sources.
  if (script === undefined || !existsSync(join(ROOT, script)))
    throw new LaunchError(
      'There is no dist/, and no TypeScript to make it. Run "npm ci" without --omit=dev, or copy the dist/ of a build here.',
    );
  if (!fitsTheSources())
    throw new LaunchError(
      'dist/ was made of other sources, and there is no TypeScript to make it anew. Run "npm ci" without --omit=dev, or copy the dist/ of these sources here.',
    );
}

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilerOf, ROOT } from './dist.js';

/*
 * node scripts/build-client.js   compiles client/src to client/dist, where it has changed.
 *
 * The service needs none of it: an image of it has no client/, and then there is nothing to do.
 */
const CLIENT = join(ROOT, 'client');
const SOURCES = join(CLIENT, 'src');
const DIST = join(CLIENT, 'dist');
const STAMP = join(DIST, '.stamp');

if (existsSync(SOURCES)) build();

function build() {
  const hash = hashOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return;
  const compiler = compilerOf();
  if (compiler === null) {
    console.error('There is no TypeScript to build the client with. Run "npm ci" without --omit=dev.');
    process.exitCode = 1;
    return;
  }
  console.error('Compiling the client …');
  // Beside it, and moved there when it is whole: nobody imports half of it.
  const made = `${DIST}.${process.pid}`;
  const project = join(CLIENT, 'tsconfig.build.json');
  const { status } = spawnSync(process.execPath, [compiler, '-p', project, '--outDir', made], {
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) {
    mkdirSync(made, { recursive: true });
    writeFileSync(join(made, '.stamp'), hash);
    rmSync(DIST, { recursive: true, force: true });
    renameSync(made, DIST);
  } else {
    rmSync(made, { recursive: true, force: true });
    process.exitCode = 1;
  }
}

function hashOfSources() {
  const sources = readdirSync(SOURCES, { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .sort()
    .map((name) => join(SOURCES, name));
  const settings = ['tsconfig.json', 'client/tsconfig.json', 'client/tsconfig.build.json', 'package-lock.json'];
  const hash = createHash('sha256');
  for (const file of [...sources, ...settings.map((name) => join(ROOT, name))]) {
    hash.update(file.slice(ROOT.length)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

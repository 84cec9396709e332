import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilerOf, filesBelow, hashOf, ROOT } from './dist.js';

/*
 * node scripts/build-client.js   compiles client/src to client/dist, where it has changed.
 *
 * The service needs none of it: an image of it has no client/, and then there is nothing to do.
 */
const CLIENT = join(ROOT, 'client');
const SOURCES = join(CLIENT, 'src');
const DIST = join(CLIENT, 'dist');
const STAMP = join(DIST, '.stamp');
const SETTINGS = ['tsconfig.json', 'client/tsconfig.json', 'client/tsconfig.build.json', 'package-lock.json'];

if (existsSync(SOURCES)) build();

function build() {
  const sources = filesBelow(SOURCES).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));
  const hash = hashOf([...sources, ...SETTINGS]);
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
    writeFileSync(join(made, '.stamp'), hash);
    rmSync(DIST, { recursive: true, force: true });
    renameSync(made, DIST);
  } else {
    rmSync(made, { recursive: true, force: true });
    process.exitCode = 1;
  }
}

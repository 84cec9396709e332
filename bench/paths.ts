import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Compiled, this file is in bench/dist/bench. */
const COMPILED = import.meta.dirname;
export const REPOSITORY = resolve(COMPILED, '../../..');
export const BENCH = join(REPOSITORY, 'bench');

/** A file of the service as `npm run build` made it. */
export const serviceFile = (path: string): string => join(REPOSITORY, 'dist/src', path);

/** A file of the benchmark, compiled. */
export const benchFile = (path: string): string => join(COMPILED, path);

const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
  scripts: { start: string };
};

/** The flags with which `npm start` and `npm run cli` run Node. */
export const NODE_FLAGS: readonly string[] = scripts.start.split(' ').filter((word) => word.startsWith('--'));

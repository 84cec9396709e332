import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import { OPTIONS } from './compile.js';

const folder = mkdtempSync(join(tmpdir(), 'test-source-maps-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const paths = new Map();

/** The file with the source map of a module. Jest asks when it prints a stack, and only then there is one. */
export class SourceMaps extends Map {
  get(url) {
    if (!/^file:.*\.ts(\?|$)/.test(url)) return undefined;
    const source = fileURLToPath(url);
    if (!paths.has(source)) paths.set(source, writeMap(source));
    return paths.get(source);
  }
}

function writeMap(filename) {
  const { map } = transformSync(readFileSync(filename, 'utf8'), { ...OPTIONS, filename, sourceMaps: true });
  const path = join(folder, `${paths.size}.map`);
  writeFileSync(path, map);
  return path;
}

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import { OPTIONS } from './compile.js';

const TESTS = new URL('../../', import.meta.url).href;
const GLOBALS = new URL('globals.js', import.meta.url).href;

/** A test file is imported as `…?run=<number>`: what it imports of `test/` gets the same number, and so is made anew. */
export async function resolve(specifier, context, nextResolve) {
  const run = /\?run=\d+$/.exec(context.parentURL ?? '')?.[0];
  if (run === undefined) return nextResolve(specifier, context);
  if (specifier === '@jest/globals') return { url: GLOBALS + run, format: 'module', shortCircuit: true };
  const resolved = await nextResolve(specifier, context);
  return resolved.url.startsWith(TESTS) ? { ...resolved, url: resolved.url + run } : resolved;
}

export async function load(url, context, nextLoad) {
  const { protocol, pathname } = new URL(url);
  if (protocol !== 'file:' || !pathname.endsWith('.ts')) return nextLoad(url, context);
  const { code } = await transform(await readFile(new URL(url), 'utf8'), { ...OPTIONS, filename: fileURLToPath(url) });
  return { format: 'module', source: code, shortCircuit: true };
}

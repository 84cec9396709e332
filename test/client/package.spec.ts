import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { buildSync } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const CLIENT = resolve('client');
const MAX_GZIP_BYTES = 8 * 1_024;

/** npm hands its settings to what it runs, and so to these tests. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

describe('the package of the client, as npm packs it', () => {
  let folder: string;
  let files: string[];
  let tarball: Buffer;
  const manifest = JSON.parse(readFileSync(join(CLIENT, 'package.json'), 'utf8')) as Record<string, unknown>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'client-package-'));
    const packed = spawnSync('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: CLIENT,
      env,
      encoding: 'utf8',
    });
    if (packed.status !== 0) throw new Error(packed.stderr);
    const [{ filename, files: all }] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }];
    files = all.map(({ path }) => path).sort();
    tarball = readFileSync(join(folder, filename));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has the compiled sources, their types, the licence, the README and the changelog, and nothing else', () => {
    const isCompiled = (path: string): boolean => /^dist\/(cli\/)?[a-z-]+(\.d\.ts|\.js)$/.test(path);
    expect(files.filter((path) => !isCompiled(path))).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    const scripts = files.filter((path) => path.endsWith('.js')).map((path) => path.replace(/\.js$/, '.d.ts'));
    expect(files.filter((path) => path.endsWith('.d.ts'))).toEqual(scripts.sort());
    expect(files).toEqual(expect.arrayContaining(['dist/index.js', 'dist/nest.js', 'dist/cli/main.js']));
  });

  it('has no dependencies and no side effects, and Nest is an optional peer', () => {
    expect(manifest).toMatchObject({ type: 'module', sideEffects: false, engines: { node: '>=20' } });
    expect(Object.keys(manifest).filter((name) => /ependencies$/.test(name))).toEqual(['peerDependencies']);
    expect(manifest.peerDependenciesMeta).toEqual({ '@nestjs/common': { optional: true } });
  });

  it('passes publint without a message', async () => {
    const data = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length) as ArrayBuffer;
    const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg as Record<string, unknown>))).toEqual([]);
  });

  it('passes "are the types wrong?" as an ES module', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
    expect(analysis.types).toEqual({ kind: 'included' });
    if (analysis.types === false || !('problems' in analysis)) return;
    // As its profile "esm-only": CommonJS can import it, and what resolves as Node 10 did is not supported.
    const problems = analysis.problems.filter(
      (problem) =>
        problem.kind !== 'CJSResolvesToESM' && !('resolutionKind' in problem && problem.resolutionKind === 'node10'),
    );
    expect(problems).toEqual([]);
  }, 60_000);

  it(`has at most ${MAX_GZIP_BYTES} bytes, bundled, minified and compressed by gzip`, () => {
    const { outputFiles } = buildSync({
      entryPoints: [join(CLIENT, 'dist/index.js')],
      bundle: true,
      minify: true,
      format: 'esm',
      external: ['node:*'],
      target: 'es2022',
      write: false,
    });
    const bytes = gzipSync((outputFiles[0] as { contents: Uint8Array }).contents, { level: 9 }).length;
    process.stdout.write(`The client has ${bytes} bytes with gzip\n`);
    expect(bytes).toBeLessThanOrEqual(MAX_GZIP_BYTES);
  });
});

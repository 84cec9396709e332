import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { PAGE, ROOT } from './dist.js';

const SOURCES = join(ROOT, 'src', 'embed', 'page');

/**
 * Bundles the agent page into dist/page: files with a hash of their content in their names, so that browsers may keep
 * them for ever, each also compressed, and `files.json`, which names them. Throws where a source has an error, which
 * esbuild has told then.
 */
export function buildPage() {
  rmSync(PAGE, { recursive: true, force: true });
  if (!existsSync(join(SOURCES, 'main.ts'))) return;
  const { buildSync } = createRequire(join(ROOT, 'package.json'))('esbuild');
  const { outputFiles } = buildSync({
    entryPoints: [join(SOURCES, 'main.ts'), join(SOURCES, 'page.css')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022'],
    charset: 'utf8',
    legalComments: 'none',
    loader: { '.svg': 'text' },
    entryNames: '[name]-[hash]',
    outdir: PAGE,
    write: false,
    logLevel: 'warning',
  });
  mkdirSync(PAGE, { recursive: true });
  const files = {};
  for (const { path, contents } of outputFiles) {
    writeFileSync(path, contents);
    writeFileSync(`${path}.br`, brotliCompressSync(contents));
    writeFileSync(`${path}.gz`, gzipSync(contents, { level: 9 }));
    const name = path.slice(PAGE.length + 1);
    files[name.endsWith('.css') ? 'style' : 'script'] = name;
  }
  writeFileSync(join(PAGE, 'files.json'), JSON.stringify(files));
}

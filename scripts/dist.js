import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve, sep } from 'node:path';

/**
 * Whether dist/ is what its sources make.
 *
 * A stamp in dist/ holds a hash of all sources and one of all scripts that were made of them. Content
 * is compared, not times: git, tar, COPY and rsync set times as they like, and a file that was deleted
 * has none. It takes 20 ms.
 */
export const ROOT = resolve(import.meta.dirname, '..');
export const DIST = join(ROOT, 'dist');
/** The agent page, bundled for browsers: see build-page.js. */
export const PAGE = join(DIST, 'page');
const PAGE_SOURCES = join('src', 'embed', 'page');
const STAMP = join(DIST, '.stamp.json');

/** What the scripts in dist/ depend on, besides their sources. The lock file has TypeScript's version. */
const SETTINGS = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/** The same files as `include` and `exclude` in tsconfig.build.json. */
function sources() {
  const files = ['src', 'libs'].flatMap((folder) => filesBelow(join(ROOT, folder)));
  return ['ormconfig.ts', ...files].filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.startsWith(PAGE_SOURCES),
  );
}

const pageSources = () => ['scripts/build-page.js', ...filesBelow(join(ROOT, PAGE_SOURCES))];

const scripts = () => filesBelow(DIST).filter((file) => file.endsWith('.js') || file.startsWith(relative(ROOT, PAGE)));

const hashOfSources = () => hashOf([...sources(), ...pageSources(), ...SETTINGS]);
const hashOfScripts = () => hashOf(scripts());

/** dist/ was made of these sources, and nothing has touched it since. */
export function isUpToDate() {
  const stamp = readStamp();
  return stamp !== null && stamp.sources === hashOfSources() && stamp.scripts === hashOfScripts();
}

/** Nothing has touched dist/ since it was made, of whatever sources. */
export const isIntact = () => readStamp()?.scripts === hashOfScripts();

/** False where dist/ is known to be made of other sources; true where nobody knows, as the sources were not shipped. */
export function fitsTheSources() {
  const stamp = readStamp();
  return stamp === null || filesBelow(join(ROOT, 'src')).length === 0 || stamp.sources === hashOfSources();
}

/** The path of TypeScript's compiler; null where it is not installed. */
export function compilerOf() {
  try {
    const { resolve: find } = createRequire(join(ROOT, 'package.json'));
    // TypeScript itself comes along with @nestjs/swagger; without Node's types it compiles nothing here.
    find('@types/node/package.json');
    return find('typescript/lib/tsc.js');
  } catch {
    return null;
  }
}

/**
 * From now on dist/ is up to date for nobody, until the function that this returns is called, and
 * told whether the sources were compiled without an error.
 *
 * It is called the dist/ of the sources as they are now: what changes meanwhile is compiled at the next start.
 */
export function beginChange() {
  const sources = hashOfSources();
  rmSync(STAMP, { force: true });
  return (isWhole) => {
    removeStaleScripts();
    writeFileSync(STAMP, JSON.stringify({ sources: isWhole ? sources : null, scripts: hashOfScripts() }));
  };
}

/** The scripts of sources that are gone: nobody shall be able to import them. */
function removeStaleScripts() {
  const made = new Set(sources().map((file) => join('dist', file.replace(/\.ts$/, '.js'))));
  for (const file of filesBelow(DIST)) {
    if (file.startsWith(relative(ROOT, PAGE)) || !/\.js(\.map)?$/.test(file)) continue;
    if (!made.has(file.replace(/\.map$/, ''))) rmSync(join(ROOT, file));
  }
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'));
  } catch {
    return null;
  }
}

/** Paths relative to the root; none where there is no such folder. */
export function filesBelow(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return [];
  }
}

/** Of the paths and contents of files, given relative to the root. */
export function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    const content = contentOf(file);
    if (content !== null) hash.update(`${file.replaceAll(sep, '/')} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

function contentOf(file) {
  try {
    return readFileSync(join(ROOT, file));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return null;
  }
}

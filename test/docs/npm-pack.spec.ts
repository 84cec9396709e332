import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { built, ROOT } from '../support/child.ts';

interface Manifest {
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

/** npm hands its settings to what it runs, and so to these tests. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

/** Stands in the API's documents for a token of a session. */
const EXAMPLE_TOKEN = 'es_7Kq2ZtVw9XbRm4LpYc8HsJd3NfGh6TvBeQaUyWxCz1Mk5PiS';

/** What a text must not have, by what it is. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  'an agent key': /sk_live_agent_[A-Za-z0-9]{48}/,
  'the token of a session': /\bes_[A-Za-z0-9]{43,}/,
  'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY/,
  'a token of npm': /\bnpm_[A-Za-z0-9]{36}\b|_authToken=/,
};
const UNWANTED =
  /(^|\/)(test|bench|\.data|\.ci|node_modules)\/|\.spec\.|(^|\/)\.(env|npmrc|stamp|tsbuildinfo)[^/]*$|\.tgz$/;
const WANTED_DOTFILES = ['.env.example'];

/** A package as npm packs it, unpacked again. */
class Packed {
  readonly folder = mkdtempSync(join(tmpdir(), 'npm-pack-'));
  readonly root = join(this.folder, 'package');
  readonly paths: readonly string[];
  readonly manifest: Manifest;

  constructor(source: string) {
    const args = ['pack', '--json', '--pack-destination', this.folder];
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd: source, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    this.paths = files.map(({ path }) => path).sort();
    const unpacked = spawnSync('tar', ['-xzf', join(this.folder, filename), '-C', this.folder], { encoding: 'utf8' });
    if (unpacked.status !== 0) throw new Error(unpacked.stderr);
    this.manifest = JSON.parse(this.textOf('package.json')) as Manifest;
  }

  textOf(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

const packages = new Map<string, Packed>();
/** Packed when it is first asked for. */
function packedOf(source: string): Packed {
  const packed = packages.get(source) ?? new Packed(source);
  packages.set(source, packed);
  return packed;
}
afterAll(() => packages.forEach((packed) => packed.remove()));

describe.each([
  ['the service', ROOT],
  ['the client', join(ROOT, 'client')],
])('what "npm pack" makes of %s', (_what, source) => {
  let packed: Packed;
  beforeAll(() => {
    packed = packedOf(source);
  }, 60_000);

  it('holds no tests, data, settings or traces of a build', () => {
    const unwanted = packed.paths.filter((path) => UNWANTED.test(path) && !WANTED_DOTFILES.includes(path));
    expect(unwanted).toEqual([]);
  });

  it('holds no secret, and no path of the machine that packed it', () => {
    const found = packed.paths.flatMap((path) => {
      const text = packed.textOf(path).replaceAll(EXAMPLE_TOKEN, '');
      const secrets = Object.entries(SECRETS).filter(([, pattern]) => pattern.test(text));
      const paths = text.includes(`${ROOT}/`) ? [['the path of the checkout']] : [];
      return [...secrets, ...paths].map(([what]) => `${path} has ${what}`);
    });
    expect(found).toEqual([]);
  });

  it('holds what its source maps lead to', () => {
    const astray = packed.paths.flatMap((path) => {
      const [, map] = /^\/\/# sourceMappingURL=(\S+)$/m.exec(path.endsWith('.js') ? packed.textOf(path) : '') ?? [];
      if (map === undefined) return [];
      const mapPath = join(dirname(path), map);
      if (!packed.paths.includes(mapPath)) return [`${path} names ${map}, which is not there`];
      const { sources, sourcesContent } = JSON.parse(packed.textOf(mapPath)) as {
        sources: string[];
        sourcesContent?: (string | null)[];
      };
      const isThere = (name: string, index: number): boolean =>
        typeof sourcesContent?.[index] === 'string' || existsSync(join(packed.root, dirname(mapPath), name));
      return sources.every(isThere) ? [] : [`${mapPath} names sources that are not there`];
    });
    expect(astray).toEqual([]);
  });

  it('has its licence, its README and its changelog', () => {
    expect(packed.paths).toEqual(expect.arrayContaining(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']));
    expect(packed.textOf('LICENSE')).toBe(readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
  });

  it('holds the programs of its package.json, which need nothing but the package, and say their version', () => {
    for (const program of Object.values(packed.manifest.bin ?? {})) {
      expect(packed.textOf(program)).toMatch(/^#!\/usr\/bin\/env node\n/);
      const { status, stdout } = spawnSync(process.execPath, [join(packed.root, program), '--version'], {
        encoding: 'utf8',
      });
      expect({ status, stdout }).toEqual({ status: 0, stdout: `${packed.manifest.version}\n` });
    }
  });
});

describe('what "npm pack" makes of the service', () => {
  let packed: Packed;
  beforeAll(() => {
    packed = packedOf(ROOT);
  }, 60_000);

  it('holds all that the build has made', () => {
    const { status, stdout } = spawnSync('find', ['src', 'libs', 'page', '-type', 'f'], {
      cwd: built(''),
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    const made = stdout
      .trimEnd()
      .split('\n')
      .map((path) => `dist/${path}`);
    expect(packed.paths).toEqual(expect.arrayContaining(made));
  });

  it('holds what its npm scripts that run it need', () => {
    const needed = ['start', 'migrate', 'cli', 'typeorm'].flatMap(
      (name) => packed.manifest.scripts?.[name]?.match(/\b(?:scripts|dist)\/[\w/.-]+/g) ?? [],
    );
    for (const path of needed) expect(packed.paths).toContain(path);
    for (const path of packed.paths.filter((one) => one.startsWith('scripts/')))
      for (const [, imported] of packed.textOf(path).matchAll(/(?:from|import)\s?\(?'(\.\/[\w.-]+)'/g))
        expect(packed.paths).toContain(join(dirname(path), imported as string));
  });

  it('runs, beside its packages', () => {
    symlinkSync(join(ROOT, 'node_modules'), join(packed.root, 'node_modules'));
    const { status, stdout } = spawnSync(process.execPath, ['dist/src/cli.js', 'mappings'], {
      cwd: packed.root,
      env: { PATH: process.env.PATH },
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('shopify-orders') });
  });

  it('is no larger than 3 MB', () => {
    const [archive] = spawnSync('ls', [packed.folder], { encoding: 'utf8' }).stdout.match(/\S+\.tgz/) ?? [];
    expect(statSync(join(packed.folder, archive as string)).size).toBeLessThan(3_000_000);
  });
});

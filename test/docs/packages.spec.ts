import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string;
  version: string;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
};
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, { version: string; dev?: boolean; integrity?: string }>;
};

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: { alg: string; content: string }[];
}

interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly version: number;
  readonly metadata: { timestamp: string; component: Component };
  readonly components: Component[];
  readonly dependencies: { ref: string; dependsOn: string[] }[];
}

/** npm hands its settings to what it runs, and so to these tests; the folder's own are wanted here. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
const run = (folder: string, ...args: string[]) => spawnSync('npm', args, { cwd: folder, env, encoding: 'utf8' });

describe('npm run sbom', () => {
  const { status, stdout, stderr } = run('.', 'run', '--silent', 'sbom');
  const bom = JSON.parse(stdout || '{}') as Bom;
  const installed = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);

  it('prints a CycloneDX document of this version of the service, and nothing else', () => {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1 });
    expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(Date.parse(bom.metadata.timestamp)).toBeGreaterThan(0);
    expect(bom.metadata.component).toMatchObject({
      type: 'application',
      name: manifest.name,
      version: manifest.version,
      purl: `pkg:npm/${manifest.name}@${manifest.version}`,
    });
  });

  it('names every package that production installs, in the versions of package-lock.json, and no other', () => {
    const expected = new Set(
      installed.map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`),
    );
    expect(bom.components.map(({ name, version }) => `${name}@${version}`).sort()).toEqual([...expected].sort());
    for (const [name, version] of Object.entries(manifest.dependencies))
      expect(expected).toContain(`${name}@${version}`);
    expect(bom.components.map(({ name }) => name)).not.toContain('jest');
  });

  it('says of each where it comes from, and its hash', () => {
    const hashes = new Map(
      installed.map(([path, { version, integrity = '' }]) => [
        `${path.split('node_modules/').at(-1)}@${version}`,
        Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex'),
      ]),
    );
    for (const component of bom.components) {
      expect(component).toMatchObject({ type: 'library', purl: expect.stringMatching(/^pkg:npm\/\S+@\S+$/) });
      expect(component.hashes).toEqual([{ alg: 'SHA-512', content: hashes.get(component['bom-ref']) }]);
    }
  });

  it('says what depends on what, and refers to nothing that it does not name', () => {
    const known = new Set([bom.metadata.component, ...bom.components].map((component) => component['bom-ref']));
    expect(known.size).toBe(bom.components.length + 1);
    expect(bom.dependencies.map(({ ref }) => ref).sort()).toEqual([...known].sort());
    for (const { dependsOn } of bom.dependencies) for (const ref of dependsOn) expect(known).toContain(ref);
    const own = bom.dependencies.find(({ ref }) => ref === `${manifest.name}@${manifest.version}`);
    expect(own?.dependsOn).toEqual(
      expect.arrayContaining(Object.entries(manifest.dependencies).map(([name, version]) => `${name}@${version}`)),
    );
  });
});

describe('.npmrc', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'npmrc-'));
    const scripts = { postinstall: `node -e "require('fs').writeFileSync('was-run', '')"` };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'x', version: '1.0.0', scripts }));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const wasRun = (): boolean => {
    expect(run(folder, 'install', '--offline')).toMatchObject({ status: 0 });
    return existsSync(join(folder, 'was-run'));
  };

  it('keeps npm from running the scripts of packages when it installs them', () => {
    expect(wasRun()).toBe(true);
    rmSync(join(folder, 'was-run'));
    copyFileSync('.npmrc', join(folder, '.npmrc'));
    expect(wasRun()).toBe(false);
  });

  it('keeps npm from running a script before or after another one too: package.json has none', () => {
    const names = Object.keys(manifest.scripts);
    expect(names.filter((name) => names.some((other) => name === `pre${other}` || name === `post${other}`))).toEqual(
      [],
    );
  });
});

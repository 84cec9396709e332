import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

/**
 * By hand and not from the table under test: for each row what its files must not import. Names of
 * src and libs are rows, of which a sample file is imported; the others are packages and built-in
 * modules of Node.
 */
const SLICES = ['customer-events', 'api-keys', 'audit', 'event-types', 'embed'];
const FORBIDDEN: Record<string, string[]> = {
  'libs/kernel': ['libs/time', 'libs/json-payload', 'src/config.ts', 'src/platform/log', '@nestjs/common', 'node:fs'],
  'libs/time': ['libs/json-payload', 'src/config.ts', 'src/platform/postgres', 'lru-cache', 'node:fs'],
  'libs/retention': ['libs/kernel', 'src/config.ts', 'src/customer-events/domain', '@nestjs/common', 'node:fs'],
  'libs/byte-streams': ['libs/kernel', 'src/config.ts', '@nestjs/common', 'node:fs'],
  'libs/json-payload': ['libs/ndjson', 'src/config.ts', 'src/platform/input', 'typeorm', 'class-validator', 'node:fs'],
  'libs/ndjson': ['libs/json-payload', 'src/config.ts', 'src/customer-events/domain', 'csv-parse', 'node:http'],
  'libs/embedded-postgres': ['libs/kernel', 'src/config.ts', 'src/app', '@nestjs/common', 'typeorm', 'node:http'],
  'client/src/append-lines.ts': ['client/src', 'libs/ndjson', 'src/config.ts', '@nestjs/common', 'node:http'],
  'client/src': [
    ...['client/src/nest.ts', 'libs/kernel', 'libs/json-payload', 'src/customer-events/domain', 'src/config.ts'],
    ...['@nestjs/common', 'express', 'node:fs', 'node:http'],
  ],
  'client/src/nest.ts': ['libs/kernel', 'src/app', 'src/config.ts', '@nestjs/core', 'rxjs', 'node:fs'],
  'client/src/cli': ['client/src/nest.ts', 'libs/ndjson', 'src/cli', 'src/config.ts', 'commander', 'node:http'],

  'src/platform/misspelt-settings.ts': ['libs/kernel', 'src/config.ts', 'src/platform/input', 'pg', 'node:fs'],
  'src/platform/postgres/database-url.ts': ['libs/kernel', 'src/config.ts', 'src/platform/log', 'typeorm', 'node:http'],
  'src/platform/settings-reader.ts': ['src/config.ts', 'src/platform/log', 'libs/time', '@nestjs/common', 'node:fs'],
  'src/platform/audit': ['libs/time', 'src/platform/postgres', 'src/api-keys/domain', '@nestjs/common', 'node:fs'],
  'src/platform/access': ['libs/kernel', 'src/platform/audit', 'src/api-keys/domain', '@nestjs/common', 'node:fs'],
  'src/platform/log': [
    ...['src/customer-events/domain', 'src/platform/http/errors', 'src/operations', 'src/config.ts', 'libs/time'],
    ...['express', 'typeorm', 'node:http', 'node:fs'],
  ],
  'src/platform/postgres': [
    ...['src/platform/http/errors', 'src/platform/log', 'src/customer-events/persistence', 'src/app', 'src/config.ts'],
    ...['express', '@nestjs/swagger', 'node:http'],
  ],
  'src/platform/input': [
    ...['src/platform/http/errors', 'src/platform/postgres', 'src/customer-events/input', 'src/config.ts'],
    ...['express', '@nestjs/common', 'typeorm', 'node:http'],
  ],
  'src/platform/http/errors': [
    ...['src/platform/http/request', 'src/platform/http/response', 'src/platform/http/docs', 'src/platform/input'],
    ...['src/platform/postgres', 'src/api-keys/domain', 'src/customer-events/domain', 'src/operations'],
    ...['src/config.ts', 'express', 'typeorm', 'node:http'],
  ],
  'src/platform/http/request': [
    ...['src/platform/http/response', 'src/platform/http/docs', 'src/platform/http/server', 'src/platform/postgres'],
    ...['src/customer-events/domain', 'src/api-keys/domain', 'src/operations', 'src/config.ts'],
    ...['typeorm', 'pg', '@nestjs/swagger', 'node:fs'],
  ],
  'src/platform/http/response': [
    ...['src/platform/http/docs', 'src/platform/http/server', 'src/platform/postgres', 'src/customer-events/http'],
    ...['src/operations', 'src/config.ts', 'typeorm', 'class-validator', 'node:fs'],
  ],
  'src/platform/http/docs': [
    ...['src/platform/http/server', 'src/platform/postgres', 'src/customer-events/http'],
    ...['src/api-keys/domain', 'src/operations', 'src/config.ts', 'typeorm', 'pg', 'node:http'],
  ],
  'src/platform/http/rate-limit': [
    ...['src/platform/http/docs', 'src/platform/http/server', 'src/platform/input', 'src/platform/postgres'],
    ...['src/api-keys/domain', 'src/customer-events/http', 'src/operations', 'src/config.ts', 'typeorm'],
    ...['@nestjs/swagger', 'node:fs'],
  ],
  'src/platform/http/server': [
    ...['src/platform/http/docs', 'src/platform/input', 'src/operations', 'src/api-keys/application', 'src/app'],
    ...['src/config.ts', 'typeorm', 'pg', '@nestjs/swagger', 'node:fs'],
  ],

  'src/config.ts': [
    ...['src/platform/log', 'src/platform/postgres', 'src/customer-events/http', 'src/app', 'libs/time'],
    ...['@nestjs/common', 'pg', 'node:http'],
  ],
  ...SLICES.reduce((rows, slice) => ({ ...rows, ...forbiddenOf(slice) }), {}),
  'src/embed/page/api': ['src/embed/page/store', 'src/embed/domain', 'libs/time', '@nestjs/common', 'node:fs'],
  'src/embed/page/store': ['src/embed/page/view', 'src/embed/domain', 'libs/time', 'express', 'node:fs'],
  'src/embed/page/view': ['src/embed/page', 'src/embed/http', 'libs/time', '@nestjs/common', 'node:fs'],
  'src/embed/page': ['src/embed/domain', 'src/config.ts', 'libs/time', '@nestjs/common', 'node:fs'],
  'src/operations': [
    ...['src/customer-events/domain', 'src/customer-events/http', 'src/api-keys/application', 'src/app', 'src/cli'],
    ...['src/config.ts', 'src/platform/input', 'libs/json-payload', 'pg', 'class-validator', 'node:http', 'node:fs'],
  ],

  'src/app/migrations': [
    ...['src/app', 'src/config.ts', 'src/customer-events/persistence', 'src/platform/postgres', 'libs/time'],
    ...['pg', '@nestjs/common', 'node:fs'],
  ],
  'src/app': ['src/cli', 'src/cli/import', 'src/main.ts', 'src/platform/input', 'pg', 'commander', 'node:http'],
  'src/cli': [
    ...['src/cli/import', 'src/cli/commands', 'src/cli.ts', 'src/customer-events/persistence', 'src/api-keys/http'],
    ...['src/customer-events/application/*.port.ts', 'src/operations', 'typeorm', 'express', 'node:http'],
  ],
  'src/cli/import': [
    ...['src/cli/commands', 'src/app', 'src/customer-events/persistence', 'src/customer-events/http'],
    ...['src/customer-events/application/*.port.ts', 'src/api-keys/persistence', 'src/platform/http/errors'],
    ...['src/platform/postgres', 'typeorm', 'pg', 'express', 'node:http'],
  ],
  'src/cli/commands': [
    ...['src/cli.ts', 'src/customer-events/persistence', 'src/api-keys/persistence', 'src/api-keys/http'],
    ...['src/platform/postgres', 'src/operations', 'typeorm', 'express', 'node:http', 'node:net'],
  ],
  'src/cli.ts': ['src/main.ts', 'src/app', 'src/api-keys/application', 'src/platform/log', 'commander', 'node:fs'],
  'src/main.ts': [
    ...['src/cli.ts', 'src/cli/commands', 'src/customer-events/*.module.ts', 'src/platform/http/server'],
    ...['@nestjs/core', 'express', 'node:http'],
  ],
};

function forbiddenOf(slice: string): Record<string, string[]> {
  const other = slice === 'api-keys' ? 'customer-events' : 'api-keys';
  const platform = ['src/platform/http/errors', 'src/platform/http/request', 'src/platform/http/response'];
  const around = ['src/operations', 'src/app', 'src/cli', 'src/config.ts', 'src/platform/log'];
  return {
    [`src/${slice}/domain`]: [
      ...[`src/${slice}/application`, `src/${slice}/application/*.port.ts`, `src/${slice}/persistence`],
      ...[`src/${slice}/input`, `src/${slice}/http`, `src/${slice}/*.module.ts`, `src/${other}/domain`],
      ...[...around, ...platform, 'src/platform/input', 'src/platform/postgres', 'libs/embedded-postgres'],
      ...['@nestjs/common', 'class-validator', 'typeorm', 'rxjs', 'node:fs', 'node:http'],
    ],
    [`src/${slice}/application/*.port.ts`]: [
      ...[`src/${slice}/application`, `src/${slice}/persistence`, `src/${slice}/http`, `src/${other}/domain`],
      ...['src/config.ts', 'src/platform/postgres', '@nestjs/common', 'typeorm', 'node:fs'],
    ],
    [`src/${slice}/application`]: [
      ...[`src/${slice}/persistence`, `src/${slice}/input`, `src/${slice}/http`, `src/${slice}/*.module.ts`],
      ...[`src/${other}/application`, `src/${other}/application/*.port.ts`, `src/${other}/domain`],
      ...[...around, ...platform, 'src/platform/input', 'src/platform/postgres'],
      ...['typeorm', 'pg', 'express', 'class-validator', '@nestjs/swagger', '@nestjs/core', 'node:http', 'node:fs'],
    ],
    [`src/${slice}/persistence`]: [
      ...[`src/${slice}/application`, `src/${slice}/input`, `src/${slice}/http`, `src/${slice}/*.module.ts`],
      ...[`src/${other}/persistence`, `src/${other}/domain`, `src/${other}/application/*.port.ts`],
      ...[...around, ...platform, 'src/platform/input', 'express', '@nestjs/swagger', 'class-validator', 'node:http'],
      ...['node:fs'],
    ],
    [`src/${slice}/input`]: [
      ...[`src/${slice}/persistence`, `src/${slice}/http`, `src/${slice}/application/*.port.ts`],
      ...[`src/${slice}/*.module.ts`, `src/${other}/input`, `src/${other}/domain`, ...around],
      ...['src/platform/http/errors', 'src/platform/http/request', 'src/platform/http/docs', 'src/platform/postgres'],
      ...['express', 'typeorm', '@nestjs/common', 'csv-parse', 'node:http', 'node:fs'],
    ],
    [`src/${slice}/http`]: [
      ...[`src/${slice}/persistence`, `src/${slice}/application/*.port.ts`, `src/${slice}/*.module.ts`],
      ...[`src/${other}/domain`, `src/${other}/application`, `src/${other}/input`, `src/${other}/http`],
      ...[...around, 'src/platform/http/server', 'src/platform/postgres', 'typeorm', 'pg', 'node:http', 'node:fs'],
    ],
    [`src/${slice}/*.module.ts`]: [
      ...[`src/${other}/*.module.ts`, `src/${other}/application`, `src/${other}/domain`, ...around],
      ...['src/platform/http/server', 'pg', 'express', 'node:http'],
    ],
  };
}

/** Every way to import, each tried with a package, a built-in module and a folder. */
const WAYS: [string, (from: string) => string][] = [
  ['import', (from) => `import * as planted from '${from}';\nexport const used = planted;\n`],
  ['import for its effects', (from) => `import '${from}';\n`],
  ['import type', (from) => `import type * as planted from '${from}';\nexport type Used = typeof planted;\n`],
  ['type of an import', (from) => `export type Used = typeof import('${from}');\n`],
  ['export from', (from) => `export * from '${from}';\n`],
  ['dynamic import', (from) => `export const used = (): unknown => import('${from}');\n`],
  ['dynamic import, template', (from) => `export const used = (): unknown => import(\`${from}\`);\n`],
  ['import equals', (from) => `import planted = require('${from}');\nexport const used = planted;\n`],
];

interface Dependency {
  readonly module: string;
  readonly couldNotResolve: boolean;
  readonly rules?: readonly { readonly name: string }[];
}
interface Cruise {
  readonly modules: readonly { readonly source: string; readonly dependencies: readonly Dependency[] }[];
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}
interface Config {
  readonly ALLOWED: Record<string, string[]>;
  readonly disorder: (rows: Record<string, string[]>) => string[];
}

const ROOT = process.cwd();
const isOurs = (name: string): boolean => /^(src|libs|client)\//.test(name);
/** A file that a row covers: `src/app/sample.ts`, `src/api-keys/application/sample.port.ts`, `src/main.ts`. */
const fileOf = (row: string, name = 'sample'): string =>
  row.endsWith('.ts') ? row.replace('*', name) : `${row}/${name}.ts`;

/** A tree in a temporary folder, with the packages of this one: what is planted never stands in src. */
class PlantedTree {
  private readonly root = mkdtempSync(join(tmpdir(), 'planted-imports-'));

  constructor() {
    symlinkSync(join(ROOT, 'node_modules'), join(this.root, 'node_modules'));
    symlinkSync(join(ROOT, 'tsconfig.json'), join(this.root, 'tsconfig.json'));
    writeFileSync(join(this.root, 'package.json'), '{ "type": "module" }');
  }

  write(file: string, text: string): string {
    mkdirSync(join(this.root, dirname(file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
    return file;
  }

  cruise(): Cruise {
    const depcruise = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const options = ['--config', join(ROOT, '.dependency-cruiser.js'), '--output-type', 'json'];
    const { stdout, stderr } = spawnSync(process.execPath, [depcruise, ...options, 'src', 'libs', 'client'], {
      cwd: this.root,
      encoding: 'utf8',
      maxBuffer: 1_000_000_000,
    });
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Cruise;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** What stands in an import of one file for a row, a package or a built-in module. */
function specifier(file: string, name: string): string {
  if (!isOurs(name)) return name;
  const path = relative(dirname(file), fileOf(name));
  return path.startsWith('.') ? path : `./${path}`;
}

describe('the import rules', () => {
  let tree: PlantedTree;
  let config: Config;
  let result: Cruise;
  const planted: { file: string; row: string; name: string; from: string }[] = [];

  const plant = (row: string, file: string, name: string, text = WAYS[0]![1]): void => {
    const from = specifier(file, name);
    planted.push({ file: tree.write(file, text(from)), row, name, from });
  };

  beforeAll(async () => {
    config = (await import(resolve(ROOT, '.dependency-cruiser.js'))) as Config;
    tree = new PlantedTree();
    for (const row of Object.keys(config.ALLOWED)) {
      if (isOurs(row)) tree.write(fileOf(row), 'export {};\n');
    }
    for (const [row, names] of Object.entries(FORBIDDEN)) {
      // A row for one file is that file; the others have room for a planted file each.
      const isOneFile = row.endsWith('.ts') && !row.includes('*');
      if (isOneFile) {
        const file = tree.write(row, names.map((name) => `import '${specifier(row, name)}';\n`).join(''));
        planted.push(...names.map((name) => ({ file, row, name, from: specifier(row, name) })));
      } else names.forEach((name, index) => plant(row, fileOf(row, `planted-${index}`), name));
    }
    for (const [way, text] of WAYS) {
      const name = way.replaceAll(/\W+/g, '-');
      plant('src/api-keys/domain', `src/api-keys/domain/package-by-${name}.ts`, 'typeorm', text);
      plant('src/api-keys/domain', `src/api-keys/domain/built-in-by-${name}.ts`, 'node:fs', text);
      plant('src/platform/log', `src/platform/log/folder-by-${name}.ts`, 'src/customer-events/domain', text);
    }
    for (const [row, allowed] of Object.entries(config.ALLOWED)) {
      if (!isOurs(row) || (row.endsWith('.ts') && !row.includes('*'))) continue;
      const file = fileOf(row, 'allowed');
      tree.write(file, allowed.map((name) => `import '${specifier(file, name)}';\n`).join(''));
    }
    const imports = ['node:http', '@jest/globals', 'express', '../application/sample.ts', './sample.ts'];
    tree.write('src/api-keys/domain/planted.spec.ts', imports.map((from) => `import '${from}';\n`).join(''));
    tree.write('src/api-keys/domain/spec-user.ts', "import './planted.spec.ts';\n");
    tree.write('src/stray/domain/stray.ts', 'export {};\n');
    tree.write('src/stray/http/stray.controller.ts', "import 'node:path';\n");
    tree.write('src/stray.ts', 'export {};\n');
    tree.write('src/api-keys/http/deeper/stray.ts', "import 'node:path';\n");
    tree.write('libs/kernel/circle-a.ts', "import { b } from './circle-b.ts';\nexport const a = (): unknown => b;\n");
    tree.write(
      'libs/kernel/circle-b.ts',
      "import type { a } from './circle-a.ts';\nexport const b = (): unknown => a;\n",
    );
    result = tree.cruise();
  }, 120_000);
  afterAll(() => tree.remove());

  const dependenciesOf = (file: string): readonly Dependency[] =>
    result.modules.find(({ source }) => source === file)?.dependencies ?? [];
  const rulesBroken = (file: string, from?: string): string[] =>
    dependenciesOf(file)
      .filter(({ module }) => from === undefined || module.replace('node:', '') === from.replace('node:', ''))
      .flatMap(({ rules }) => (rules ?? []).map(({ name }) => name));

  it('refuse every planted import by the rule of its folder', () => {
    expect(planted.length).toBeGreaterThan(400);
    const missed = planted.filter(({ file, row, from }) => !rulesBroken(file, from).includes(row));
    expect(missed.map(({ file, row, name }) => `${row} -> ${name} (${file})`)).toEqual([]);
  });

  it('are tried with imports that resolve, so that none is refused for a wrong path', () => {
    const unknown = planted.filter(({ file }) => dependenciesOf(file).some((one) => one.couldNotResolve));
    expect(unknown.map(({ file, from }) => `${file} -> ${from}`)).toEqual([]);
  });

  it('accept a file that imports everything its row lists', () => {
    const refused = result.summary.violations.filter(({ from }) => /\/allowed(\.\w+)?\.ts$/.test(from));
    expect(refused).toEqual([]);
    expect(dependenciesOf('src/app/allowed.ts')).toHaveLength(config.ALLOWED['src/app']!.length);
  });

  it('are tried in every row with a folder, a package and a built-in module', () => {
    const rows = Object.keys(config.ALLOWED).filter(isOurs);
    expect(Object.keys(FORBIDDEN).sort()).toEqual(rows.sort());
    const unproved = Object.entries(FORBIDDEN).filter(
      ([, names]) =>
        !names.some(isOurs) ||
        !names.some((name) => name.startsWith('node:')) ||
        !names.some((name) => !isOurs(name) && !name.startsWith('node:')),
    );
    expect(unproved).toEqual([]);
  });

  it('refuse a file in a folder that has no row', () => {
    const files = ['src/stray/domain/stray.ts', 'src/stray/http/stray.controller.ts', 'src/stray.ts'];
    for (const file of [...files, 'src/api-keys/http/deeper/stray.ts']) {
      const rules = result.summary.violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);
      expect([file, rules.join()]).toEqual([file, expect.stringContaining('folder without a row')]);
    }
  });

  it('have no row for a folder that is gone', () => {
    const folders = foldersOf(['src', 'libs', 'client/src']);
    const rows = Object.keys(config.ALLOWED).filter((row) => isOurs(row) && !row.endsWith('.ts'));
    // Every slice has the same rows, and not always a folder for each.
    const gone = rows.filter(
      (row) => !folders.includes(row) && !SLICES.some((slice) => row.startsWith(`src/${slice}/`)),
    );
    expect(gone).toEqual([]);
  });

  it('let a unit test import the test runner and any built-in module, but nothing else', () => {
    const file = 'src/api-keys/domain/planted.spec.ts';
    const refused = dependenciesOf(file).filter(({ rules }) => (rules ?? []).length > 0);
    expect(
      refused
        .map(({ module }) => module)
        .sort()
        .reverse(),
    ).toEqual(['express', '../application/sample.ts']);
  });

  it('refuse an import of a unit test', () => {
    expect(rulesBroken('src/api-keys/domain/spec-user.ts')).toEqual(['src/api-keys/domain']);
  });

  it('refuse a circle of files, even one closed by a type import', () => {
    expect(rulesBroken('libs/kernel/circle-a.ts')).toEqual(['no circles']);
  });

  it('refuse a table that allows a circle of folders', () => {
    const { disorder } = config;
    expect(disorder({ 'src/a': [], 'src/b': ['src/a', 'typeorm'], 'src/b/c': ['src/b'] })).toEqual([]);
    expect(disorder({ 'src/a': ['src/b'], 'src/b': ['src/a'] })).toEqual([
      'src/a lists src/b, which is no row above it',
    ]);
    expect(disorder({ 'src/a': ['src/misspelled'] })).toEqual(['src/a lists src/misspelled, which is no row above it']);
    expect(disorder({ 'src/a/x': [], 'src/b': ['src/a/x'], 'src/a/y': ['src/b'] })).toEqual([
      'the rows of src/a do not stand together',
    ]);
  });
});

const foldersOf = (roots: string[]): string[] =>
  roots.flatMap((root) => [
    root,
    ...readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name)),
  ]);

/**
 * ESLint in a process of its own, on texts in place of files: what its own rules say with the configuration of this
 * project. The rules of plugins need the types of all files, which take ten seconds to load; these have no fence.
 *
 * @returns the messages of each.
 */
function lint(texts: Record<string, string>): string[][] {
  const script = `
    import { ESLint } from 'eslint';
    const eslint = new ESLint({
      ruleFilter: ({ ruleId }) => !ruleId.includes('/'),
      overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
    });
    const found = [];
    for (const [filePath, text] of Object.entries(${JSON.stringify(texts)})) {
      const [{ messages }] = await eslint.lintText(text, { filePath });
      found.push(messages.map(({ message }) => message));
    }
    console.log(JSON.stringify(found));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as string[][];
}

describe('ESLint, for what a checker of modules does not see', () => {
  it('lets only config.ts read the environment, and the application use three names of @nestjs/common', () => {
    const environment = 'export const home = process.env.HOME;\n';
    const refused = "export { HttpException } from '@nestjs/common';\n";
    const accepted = "export { Inject, Injectable, Logger } from '@nestjs/common';\n";
    const [main, config, refusedNames, acceptedNames] = lint({
      'src/main.ts': environment,
      'src/config.ts': environment,
      'src/api-keys/application/authentication.ts': refused,
      'src/customer-events/application/customers.ts': accepted,
    });
    expect(main).toEqual([expect.stringContaining('config.ts is the only reader of the environment')]);
    expect(config).toEqual([]);
    expect(refusedNames).toEqual([expect.stringContaining('The application needs no more of the framework')]);
    expect(acceptedNames).toEqual([]);
  }, 120_000);
});

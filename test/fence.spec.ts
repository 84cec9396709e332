import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';

/** A file in a layer, an import that it must not have, and a word of the rule that says so. */
const VIOLATIONS: [string, string, string][] = [
  ['libs/kernel', '../../src/config.ts', 'knows nothing of the service'],
  ['libs/kernel', '@nestjs/common', 'needs no framework'],
  ['libs/json-payload', 'typeorm', 'needs no framework'],
  ['libs/embedded-postgres', '../../src/config.ts', 'knows nothing of the service'],
  ['libs/embedded-postgres', '@nestjs/common', 'needs no framework'],
  ...['customer-events', 'api-keys'].flatMap((slice): [string, string, string][] => {
    const other = slice === 'api-keys' ? 'customer-events' : 'api-keys';
    return [
      [`src/${slice}/domain`, '@nestjs/common', 'domain needs no framework'],
      [`src/${slice}/domain`, 'class-validator', 'domain needs no framework'],
      [`src/${slice}/domain`, '../application/planted.ts', 'knows nothing of what is around'],
      [`src/${slice}/domain`, '../persistence/planted.row.ts', 'knows nothing of what is around'],
      [`src/${slice}/domain`, `../../${other}/domain/planted.ts`, 'do not see each other'],
      [`src/${slice}/application`, 'typeorm', 'ports, not databases'],
      [`src/${slice}/application`, 'pg', 'ports, not databases'],
      [`src/${slice}/application`, 'express', 'nothing of HTTP'],
      [`src/${slice}/application`, 'class-validator', 'nothing of HTTP'],
      [`src/${slice}/application`, '../persistence/planted.ts', 'its domain only'],
      [`src/${slice}/application`, '../../http/http-error.ts', 'its domain only'],
      [`src/${slice}/application`, '@nestjs/common', 'no more of the framework'],
      [`src/${slice}/application`, `../../${other}/application/planted.ts`, 'do not see each other'],
      [`src/${slice}/http`, 'typeorm', 'through the application only'],
      [`src/${slice}/http`, '../persistence/planted.ts', 'through the application only'],
      [`src/${slice}/http`, '../application/planted.port.ts', 'not its ports'],
      [`src/${slice}/http`, `../../${other}/domain/planted.ts`, 'do not see each other'],
      [`src/${slice}/persistence`, 'express', 'nothing of HTTP'],
      [`src/${slice}/persistence`, '../http/planted.ts', 'nothing of HTTP'],
      [`src/${slice}/persistence`, '../application/planted.ts', 'ports only'],
      [`src/${slice}/persistence`, `../../${other}/persistence/planted.ts`, 'do not see each other'],
    ];
  }),
];

interface LintResult {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string; readonly message: string }[];
}

describe('the fence between the layers', () => {
  const planted: string[] = [];
  afterEach(() => planted.splice(0).forEach((file) => rmSync(file)));

  const plant = (file: string, text: string): string => {
    planted.push(file);
    writeFileSync(file, text);
    return file;
  };

  it('stops a planted violation of every rule', () => {
    const files = VIOLATIONS.map(([folder, from], index) =>
      plant(`${folder}/planted-${index}.ts`, `export { HttpStatus } from '${from}';\n`),
    );
    const { stdout } = spawnSync(
      process.execPath,
      ['node_modules/eslint/bin/eslint.js', '--format', 'json', ...files],
      {
        encoding: 'utf8',
        maxBuffer: 100_000_000,
      },
    );
    const results = JSON.parse(stdout) as LintResult[];
    for (const [index, [folder, from, words]] of VIOLATIONS.entries()) {
      const found = results.find(({ filePath }) => filePath.endsWith(`/planted-${index}.ts`))?.messages ?? [];
      const fence = found.filter(({ ruleId }) => ruleId === 'no-restricted-imports').map(({ message }) => message);
      expect([folder, from, fence.join(' ')]).toEqual([folder, from, expect.stringContaining(words)]);
    }
  }, 120_000);

  it('lets only config.ts read the environment', () => {
    const file = plant('src/planted-env.ts', 'export const home = process.env.HOME;\n');
    const { stdout } = spawnSync(process.execPath, ['node_modules/eslint/bin/eslint.js', file], { encoding: 'utf8' });
    expect(stdout).toContain('config.ts is the only reader of the environment');
  }, 60_000);

  it('finds a cycle', () => {
    plant('libs/kernel/planted-a.ts', "import { b } from './planted-b.ts';\nexport const a = (): unknown => b;\n");
    plant('libs/kernel/planted-b.ts', "import { a } from './planted-a.ts';\nexport const b = (): unknown => a;\n");
    const cruise = [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      'libs',
    ];
    const { status, stdout } = spawnSync(process.execPath, cruise, { encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stdout).toContain('no-cycles: libs/kernel/planted-a.ts');
  }, 60_000);
});

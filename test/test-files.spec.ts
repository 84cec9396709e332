import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from './support/child.ts';

const SUPPORT = 'test/support/jest';

/** It says in a title how often it and the other file have called what they import. */
const ONE_OF_TWO = `
  import { expect, it } from '@jest/globals';
  import { next as nextOfAll } from '../src/counter.ts';
  import { next } from './support/own.ts';
  it(\`src: \${nextOfAll()}, test: \${next()}\`, () => {});
  it('finds the process as it was, and changes it', () => {
    expect(process.env).toMatchObject({ BEFORE: 'yes' });
    expect(process.env).not.toHaveProperty('AFTER');
    process.env.BEFORE = 'no';
    process.env.AFTER = 'yes';
    process.env = {};
  });`;

const FILES = {
  'src/counter.ts': 'let count = 0;\nexport const next = (): number => ++count;',
  'test/support/own.ts': 'let count = 0;\nexport const next = (): number => ++count;',
  'test/a.spec.ts': ONE_OF_TWO,
  'test/b.spec.ts': ONE_OF_TWO,
  'test/c.spec.ts': `
    import { beforeAll, describe, expect, it } from '@jest/globals';
    const pause = (): Promise<void> => new Promise((passed) => setTimeout(passed, 50));
    it('expects something else', () => {
      interface Two { readonly value: number }
      const two: Two = { value: 2 };
      expect(two.value).toBe(3);
    });
    it('takes too long', () => new Promise(() => {}), 50);
    it('throws in a timer', async () => {
      setTimeout(() => { throw new Error('of a timer'); });
      await pause();
    });
    it('rejects a promise that nobody awaits', async () => {
      void Promise.reject(new Error('of a promise'));
      await pause();
    });
    describe('below a hook that throws', () => {
      beforeAll(() => { throw new Error('of a hook'); });
      it('does not run', () => {});
    });`,
  'test/d.spec.ts': "import { it } from '@jest/globals';\nimport './nowhere.ts';\nit('is never there', () => {});",
};

interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { title: string; status: string; failureMessages: readonly string[] }[];
  }[];
}

/** What test/support/jest makes of Jest. */
describe('a test file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'test-files-'));
  let exitStatus: number | null;
  let files: Report['testResults'];
  /** The tests of a file, by their titles. */
  const testsOf = (file: number) =>
    Object.fromEntries((files[file]?.assertionResults ?? []).map(({ title, ...result }) => [title, result]));

  beforeAll(() => {
    cpSync(join(ROOT, SUPPORT), join(folder, SUPPORT), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const config = {
      rootDir: folder,
      testMatch: ['<rootDir>/test/*.spec.ts'],
      testEnvironment: `<rootDir>/${SUPPORT}/environment.js`,
      runtime: `<rootDir>/${SUPPORT}/runtime.js`,
      transform: {},
    };
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'node_modules/jest/bin/jest.js'), '--runInBand', '--json', '--config', JSON.stringify(config)],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, BEFORE: 'yes' } },
    );
    if (!stdout.startsWith('{')) throw new Error(stdout + stderr);
    exitStatus = status;
    files = (JSON.parse(stdout) as { testResults: (Report['testResults'][number] & { name: string })[] }).testResults
      .slice()
      .sort((a, b) => a.name.localeCompare(b.name));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has the modules of test/ for itself, and those of src/ with the others', () => {
    const titles = [0, 1].flatMap((file) => Object.keys(testsOf(file)).filter((title) => title.startsWith('src')));
    expect(titles.sort()).toEqual(['src: 1, test: 1', 'src: 2, test: 1']);
  });

  it('leaves the process as it was', () => {
    for (const file of [0, 1])
      expect(testsOf(file)).toMatchObject({ 'finds the process as it was, and changes it': { status: 'passed' } });
  });

  it.each([
    ['expects something else', /Expected: .*3[^]*c\.spec\.ts:7:\d+/],
    ['takes too long', /Exceeded timeout of 50 ms/],
    ['throws in a timer', /of a timer/],
    ['rejects a promise that nobody awaits', /of a promise/],
    ['does not run', /of a hook/],
  ])('fails where a test %s', (title, message) => {
    expect(testsOf(2)[title]).toMatchObject({ status: 'failed', failureMessages: [expect.stringMatching(message)] });
  });

  it('fails as a whole where it cannot be imported, and so does the run', () => {
    expect(files[3]).toMatchObject({ status: 'failed', message: expect.stringContaining('nowhere.ts') });
    expect(exitStatus).toBe(1);
  });
});

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startNode } from '../support/child.ts';
import { FULL } from '../support/drill.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { engines: { node: string } };

/** Each build is a process of its own. */
jest.setTimeout(120_000);

/** What the programs use of Node. Its own types take the compiler longer than all the rest, each time. */
const NODE = 'declare const console: { log(...values: unknown[]): void }, process: any;\n';

/** A small project with the launcher of the service, its settings, and a program of two files. */
class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'launcher-'));

  constructor() {
    for (const path of ['scripts', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'])
      cpSync(join(ROOT, path), join(this.folder, path), { recursive: true });
    const settings = JSON.parse(readFileSync(this.path('tsconfig.json'), 'utf8')) as { compilerOptions: object };
    Object.assign(settings.compilerOptions, { types: [] });
    this.write('tsconfig.json', JSON.stringify(settings));
    this.write('ormconfig.ts', 'export default 1;');
    this.write('libs/greeting.ts', "export const greeting: string = 'hello';");
    this.write(
      'src/main.ts',
      `${NODE}import { greeting } from '../libs/greeting.ts';\nconsole.log(greeting, ...process.argv.slice(2));`,
    );
    this.write('src/main.spec.ts', 'this is never compiled');
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
  }

  path(path: string): string {
    return join(this.folder, path);
  }

  write(path: string, text: string): void {
    mkdirSync(join(this.path(path), '..'), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  /** A project that is built already, copied as images and archives are. */
  static built(template: Project): Project {
    const project = new Project();
    cpSync(template.path('dist'), project.path('dist'), { recursive: true });
    return project;
  }

  /** A program that needs no compiler. */
  writeProgram(text: string): void {
    this.removeCompiler();
    this.write('dist/src/main.js', text);
  }

  /** As after `npm ci --omit=dev`. */
  removeCompiler(): void {
    rmSync(this.path('node_modules'));
    mkdirSync(this.path('node_modules'));
  }

  command(args: string[] = ['dist/src/main.js'], flags: string[] = []): string[] {
    return [...flags, this.path('scripts/run.js'), ...args];
  }

  /** Runs the launcher from a folder of its own to its end. */
  run(args?: string[], { flags = [], input = '' }: { flags?: string[]; input?: string } = {}) {
    const { status, stdout, stderr } = spawnSync(process.execPath, this.command(args, flags), {
      encoding: 'utf8',
      cwd: tmpdir(),
      input,
    });
    return { status, stdout, stderr };
  }

  /** What the launcher asks before it compiles. */
  async isUpToDate(): Promise<boolean> {
    const { isUpToDate } = (await import(pathToFileURL(this.path('scripts/dist.js')).href)) as {
      isUpToDate(): boolean;
    };
    return isUpToDate();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** npm comes with Node. */
const npmCli = (): string =>
  realpathSync(spawnSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).stdout.trim());

const FIRST = 'Compiling (the first time takes about 10 s) …\n';
const AGAIN = 'Compiling what has changed …\n';

describe('the launcher (scripts/run.js)', () => {
  let template: Project;
  let project: Project;
  beforeAll(() => {
    template = new Project();
    expect(template.run([])).toEqual({ status: 0, stdout: '', stderr: FIRST });
  });
  afterAll(() => template.remove());
  beforeEach(() => {
    project = new Project();
  });
  afterEach(() => project.remove());
  const startBuilt = (): void => {
    project.remove();
    project = Project.built(template);
  };

  describe('on another version of Node', () => {
    const runOn = (version: string) =>
      project.run(undefined, {
        flags: ['--import', `data:text/javascript,Object.defineProperty(process,'version',{value:'v${version}'})`],
      });

    const TOO_OLD = ['14.21.3', '18.20.8', '20.20.1', '21.7.3', '22.9.0', '22.22.1', '23.11.1', '24.14.0'];
    const GOOD = ['20.20.2', '20.21.0', '22.22.2', '24.14.1', '24.15.0', '25.0.0', '26.0.0-nightly2026'];

    it('the range of package.json decides', async () => {
      const { isInRange } = (await import(pathToFileURL(join(ROOT, 'scripts/node-version.js')).href)) as {
        isInRange(version: string, range: string): boolean;
      };
      const inRange = [...TOO_OLD, ...GOOD].filter((version) => isInRange(`v${version}`, engines.node));
      expect(inRange).toEqual(GOOD);
    });

    it.each(FULL ? TOO_OLD : ['14.21.3', '22.22.1'])(
      '%s, says in one line which it needs, and compiles nothing',
      (version) => {
        expect(runOn(version)).toEqual({
          status: 1,
          stdout: '',
          stderr: `This is Node.js ${version}; the service needs ${engines.node}.\n`,
        });
        expect(existsSync(project.path('dist'))).toBe(false);
      },
    );

    it.each(FULL ? GOOD : ['22.22.2', '26.0.0-nightly2026'])('%s, goes on', (version) => {
      project.removeCompiler();
      expect(runOn(version).stderr).toMatch(/^There is no dist/);
    });
  });

  it('compiles at the first start, and says so on stderr; at the second start it compiles nothing', () => {
    expect(project.run(['dist/src/main.js', 'a b', '--c'])).toEqual({
      status: 0,
      stdout: 'hello a b --c\n',
      stderr: FIRST,
    });
    expect(project.run()).toEqual({ status: 0, stdout: 'hello\n', stderr: '' });
    expect(project.run([])).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  describe('on a dist/ that was up to date', () => {
    beforeEach(startBuilt);

    it('compiles a source with new content, though it looks older than what was made of it', () => {
      project.write('libs/greeting.ts', "export const greeting: string = 'good day';");
      utimesSync(project.path('libs/greeting.ts'), 0, 0);
      expect(project.run()).toEqual({ status: 0, stdout: 'good day\n', stderr: AGAIN });
      expect(project.run().stderr).toBe('');
    });

    it('compiles nothing for new times, nor for a test', () => {
      utimesSync(project.path('src/main.ts'), new Date(), new Date());
      project.write('src/new.spec.ts', '');
      expect(project.run()).toEqual({ status: 0, stdout: 'hello\n', stderr: '' });
    });

    it('leaves nothing to import of a source that was renamed', () => {
      renameSync(project.path('libs/greeting.ts'), project.path('libs/salutation.ts'));
      project.write('src/main.ts', "import '../libs/greeting.ts';");
      expect(project.run()).toMatchObject({ status: 1, stderr: expect.stringContaining('error TS') });
      project.write('src/main.ts', `${NODE}import { greeting } from '../libs/salutation.ts'; console.log(greeting);`);
      expect(project.run()).toEqual({ status: 0, stdout: 'hello\n', stderr: AGAIN });
      for (const file of ['greeting.js', 'greeting.js.map'])
        expect(existsSync(project.path(`dist/libs/${file}`))).toBe(false);
    });

    it.each<[string, () => void]>([
      ['removed', () => rmSync(project.path('dist/libs/greeting.js'))],
      ['changed', () => project.write('dist/libs/greeting.js', "export const greeting = 'changed';")],
      ['added', () => project.write('dist/libs/other.js', '')],
    ])('compiles everything where a file in it was %s by hand', async (how, change) => {
      change();
      expect(await project.isUpToDate()).toBe(false);
      // What is compiled is the same in each case.
      if (!FULL && how !== 'added') return;
      expect(project.run()).toEqual({ status: 0, stdout: 'hello\n', stderr: FIRST });
      expect(existsSync(project.path('dist/libs/other.js'))).toBe(false);
    });

    it.each(['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'ormconfig.ts'])(
      'compiles after a change of %s',
      async (file) => {
        expect(await project.isUpToDate()).toBe(true);
        project.write(file, `${readFileSync(project.path(file), 'utf8')}\n`);
        expect(await project.isUpToDate()).toBe(false);
        if (!FULL && file !== 'tsconfig.json') return;
        expect(project.run()).toEqual({ status: 0, stdout: 'hello\n', stderr: AGAIN });
      },
    );
  });

  it('runs nothing where a source has an error, and says what it is each time', () => {
    project.write('libs/greeting.ts', 'export const greeting: number = "";');
    for (const first of [FIRST, AGAIN]) {
      const { status, stdout, stderr } = project.run();
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr.startsWith(first)).toBe(true);
      expect(stderr).toMatch(/libs\/greeting\.ts.*TS2322/);
      expect(stderr.endsWith('dist/ could not be made: see above.\n')).toBe(true);
    }
  });

  it('makes one dist/ where several start at once, and all of them run', async () => {
    const children = Array.from({ length: 4 }, () => startNode(project.command()));
    for (const child of children) expect(await child.ends()).toEqual({ code: 0, signal: null });
    expect(children.map((child) => child.stdout())).toEqual(Array.from({ length: 4 }, () => 'hello\n'));
    const all = children.map((child) => child.output()).join('');
    expect(all.split(FIRST)).toHaveLength(2);
    expect(existsSync(project.path('dist/.lock'))).toBe(false);
  });

  it('goes on where another was killed while it compiled', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    project.write('dist/.lock', String(pid));
    project.write('dist/src/main.js', 'half');
    expect(project.run()).toMatchObject({ status: 0, stdout: 'hello\n' });
  });

  describe('without TypeScript, as after `npm ci --omit=dev`,', () => {
    const expectOneLine = (pattern: RegExp): void => {
      const { status, stdout, stderr } = project.run();
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(pattern);
      expect(stderr.split('\n')).toHaveLength(2);
    };

    it('runs a dist/ that was made of these sources', () => {
      startBuilt();
      project.removeCompiler();
      expect(project.run()).toEqual({ status: 0, stdout: 'hello\n', stderr: '' });
    });

    it('runs a dist/ that does not say of which sources it was made', () => {
      startBuilt();
      project.removeCompiler();
      rmSync(project.path('dist/.stamp.json'));
      expect(project.run()).toEqual({ status: 0, stdout: 'hello\n', stderr: '' });
    });

    it('runs a dist/ that came without sources', () => {
      startBuilt();
      project.removeCompiler();
      for (const path of ['src', 'libs', 'ormconfig.ts', 'tsconfig.json', 'package-lock.json'])
        rmSync(project.path(path), { recursive: true });
      expect(project.run()).toEqual({ status: 0, stdout: 'hello\n', stderr: '' });
    });

    it('says what to do where there is no dist/', () => {
      project.removeCompiler();
      expectOneLine(/^There is no dist\/, and no TypeScript to make it\. Run "npm ci" without --omit=dev/);
    });

    it('does not run a dist/ of other sources', () => {
      startBuilt();
      project.removeCompiler();
      project.write('src/main.ts', 'console.log(2);');
      expectOneLine(/^dist\/ was made of other sources, .* Run "npm ci" without --omit=dev/);
    });

    it('says what to do where no package is installed', () => {
      rmSync(project.path('node_modules'));
      expectOneLine(/^The packages are not installed\. Run: npm ci$/m);
    });
  });

  describe('is the program itself:', () => {
    it.each(FULL ? [0, 1, 2, 130] : [0, 130])('the exit status %i', (status) => {
      project.writeProgram(`process.exit(${status});`);
      expect(project.run()).toMatchObject({ status, stdout: '' });
    });

    it('the exit status and the stack of an error that nobody catches', () => {
      project.writeProgram("throw new Error('oh');");
      expect(project.run()).toMatchObject({ status: 1, stderr: expect.stringMatching(/Error: oh\n\s+at /) });
    });

    it('the exit status 13 of a promise that is never settled', () => {
      project.writeProgram('await new Promise(() => {});');
      expect(project.run()).toMatchObject({ status: 13 });
    });

    it('its input is untouched by the compiler, and its output is its own', () => {
      project.write('src/main.ts', `${NODE}process.stdin.pipe(process.stdout);`);
      expect(project.run(undefined, { input: 'a\nb' })).toEqual({ status: 0, stdout: 'a\nb', stderr: FIRST });
    });

    it("its arguments, and Node's flags", () => {
      project.writeProgram('console.log(process.execArgv.join(), process.argv.slice(1).join());');
      expect(project.run(['dist/src/main.js', '--x'], { flags: ['--heap-growing-percent=100'] }).stdout).toBe(
        `--heap-growing-percent=100 ${project.path('dist/src/main.js')},--x\n`,
      );
    });

    it.each(['SIGTERM', 'SIGINT'] as const)('it gets a %s, in the one process that there is', async (signal) => {
      project.writeProgram(
        `process.once('${signal}', () => process.exit(7)); setInterval(() => {}, 1_000); console.log('pid', process.pid);`,
      );
      const child = startNode(project.command());
      const [, pid] = await child.prints(/pid (\d+)\n/);
      expect(Number(pid)).toBe(child.process.pid);
      child.kill(signal);
      expect(await child.ends()).toEqual({ code: 7, signal: null });
    });

    it.each<[string, (npm: number) => void]>([
      ['npm gets a SIGTERM', (npm) => process.kill(npm, 'SIGTERM')],
      ['Ctrl-C is pressed under npm', (npm) => process.kill(-npm, 'SIGINT')],
    ])('it is told to stop when %s', async (_, stop) => {
      project.writeProgram(
        `const timer = setInterval(() => {}, 1_000);
         for (const signal of ['SIGTERM', 'SIGINT'])
           process.once(signal, () => { console.log('stopped'); clearInterval(timer); });
         console.log('pid', process.pid);`,
      );
      const npm = startNode([npmCli(), 'start'], { cwd: project.folder, detached: true });
      await npm.prints(/pid \d+\n/);
      stop(npm.process.pid as number);
      await npm.ends();
      expect(npm.output()).toMatch(/stopped\n/);
    });

    it.each(FULL ? (['SIGTERM', 'SIGINT'] as const) : (['SIGINT'] as const))(
      'a %s while it compiles ends it, and the next start is whole',
      async (signal) => {
        const child = startNode(project.command());
        await child.prints(/Compiling/);
        child.kill(signal);
        expect(await child.ends()).toEqual({ code: null, signal });
        expect(child.stdout()).toBe('');
        expect(project.run()).toEqual({ status: 0, stdout: 'hello\n', stderr: FIRST });
      },
    );
  });
});

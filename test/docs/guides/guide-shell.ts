import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { built, ROOT } from '../../support/child.ts';
import { GuideCommands } from './guide-commands.ts';

/** The commands that the guides call by `npm run`, without what compiles them: the build is there already. */
function scripts(): Record<string, string> {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  return Object.fromEntries(
    ['cli', 'migrate'].map((name) => [name, (scripts[name] as string).replace('scripts/run.js ', '')]),
  );
}

/** One bash for all guides, so that a variable of one block is there in the next one. */
export class GuideShell {
  private readonly bash: ChildProcess;
  private readonly statuses: AsyncIterator<string>;
  private readonly script: string;
  private readonly output: string;
  private readonly commands: GuideCommands;
  private status = 0;

  /** @param folder a fresh one, in which the commands run as in a checkout of the project. */
  constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.script = join(folder, '.guide-step.sh');
    this.output = join(folder, '.guide-step.out');
    symlinkSync(built(''), join(folder, 'dist'));
    symlinkSync(join(ROOT, 'docs'), join(folder, 'docs'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, scripts: scripts() }));
    // As on a terminal curl shows no progress of what it prints.
    writeFileSync(join(folder, '.curlrc'), 'silent\nshow-error\n');
    this.bash = spawn('bash', ['--noprofile', '--norc'], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        HOME: folder,
        CURL_HOME: folder,
        NO_PROXY: '*',
        NPM_CONFIG_UPDATE_NOTIFIER: 'false',
        ...env,
      },
    });
    this.commands = new GuideCommands(folder);
    // npm and a process of Node take two seconds for each of some forty commands; what they would run is the same.
    // `npm run migrate` goes through them, and a command that reads a pipe has a process to itself.
    this.bash.stdin?.write(`npm() {
      if [ "$1 $2 $3 $4" != 'run --silent cli --' ]; then command npm "$@"; return; fi
      shift 4
      if [ -p /dev/stdin ]; then ${scripts().cli} "$@"; return; fi
      ${this.commands.shellCode}
    }\n`);
    this.statuses = createInterface({ input: this.bash.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  /** @returns what it printed, to stdout and stderr, and its exit status. */
  async run(command: string): Promise<{ output: string; status: number }> {
    writeFileSync(this.script, `${command}\n`);
    // `$?` of the step before is there, as it is for who types one command after the other.
    this.bash.stdin?.write(`(exit ${this.status})\n. '${this.script}' < /dev/null > '${this.output}' 2>&1; echo $?\n`);
    const { value, done } = await this.statuses.next();
    if (done === true) throw new Error(`the shell has ended at: ${command}`);
    this.status = Number(value);
    return { output: readFileSync(this.output, 'utf8'), status: this.status };
  }

  async close(): Promise<void> {
    this.bash.stdin?.end();
    await this.commands.close();
  }
}

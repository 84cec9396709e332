import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { CommandRunner } from '../../support/command-runner.ts';

/**
 * Runs the operator commands of a shell in one process, one after the other. The shell leaves the arguments and the
 * environment of a command in a folder of its own, asks by HTTP, and finds there what the command printed.
 */
export class GuideCommands {
  private readonly runner: CommandRunner;
  private readonly calls: string;
  private readonly socket: string;
  private readonly server: Server;

  /** @param folder the working directory of the commands. */
  constructor(folder: string) {
    this.runner = new CommandRunner(folder);
    this.calls = join(folder, '.guide-commands');
    this.socket = join(folder, '.guide-commands.sock');
    mkdirSync(this.calls);
    this.server = createServer((request, response) => {
      this.answer(join(this.calls, request.url ?? '')).then(
        () => response.end(),
        (error: Error) => response.writeHead(500).end(`${error.stack}\n`),
      );
    }).listen(this.socket);
  }

  /** The body of a shell function that has the arguments of a command. */
  get shellCode(): string {
    return `local call
      call=$(mktemp -d '${this.calls}/XXXXXX')
      printf '%s\\0' "$@" > "$call/args"
      env -0 > "$call/env"
      curl --fail-with-body --unix-socket '${this.socket}' "http://localhost/\${call##*/}" >&2 || return 1
      cat "$call/stderr" >&2
      cat "$call/stdout"
      return "$(cat "$call/code")"`;
  }

  async close(): Promise<void> {
    this.server.close();
    await this.runner.close();
  }

  private async answer(call: string): Promise<void> {
    const read = (name: string): string[] => readFileSync(join(call, name), 'utf8').split('\0').slice(0, -1);
    const variables = read('env').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
    const outcome = await this.runner.runWhole(read('args'), Object.fromEntries(variables) as Record<string, string>);
    for (const name of ['stdout', 'stderr', 'code'] as const) writeFileSync(join(call, name), String(outcome[name]));
  }
}

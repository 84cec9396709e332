#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { HELP, readArguments } from './arguments.ts';
import { CliError } from './cli-error.ts';
import { FAILED } from './outcome.ts';
import { tell } from './printable.ts';
import { sendLines } from './send-lines.ts';
import { sendOne } from './send-one.ts';
import { tail } from './tail.ts';

// Who reads the output may go away: what was sent is sent, and the exit status says what became of it.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  tell(error.message);
  process.exitCode = FAILED;
}

async function run(argv: readonly string[]): Promise<number> {
  const args = readArguments(argv);
  switch (args.command) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'version':
      process.stdout.write(`${versionOf()}\n`);
      return 0;
    case 'send':
      return sendOne(args, args.connection, args.json);
    case 'send --ndjson':
      return sendLines(args, args.connection, args.json);
    case 'tail':
      return tail(args, args.connection, args.json);
  }
}

function versionOf(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

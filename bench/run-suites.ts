import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Context } from './context.ts';
import { startEngine } from './engine.ts';
import type { Options, SuiteName } from './options.ts';
import { REPOSITORY } from './paths.ts';
import { writeSection, type SuiteReport } from './report.ts';
import type { ServerProcess } from './server-process.ts';
import { single } from './suites/single.ts';

const SUITES: Partial<Record<SuiteName, (context: Context) => Promise<SuiteReport>>> = { single };

/** Runs the suites one after the other, and writes each one's section as soon as it has ended. */
export async function runSuites(options: Options, args: readonly string[]): Promise<void> {
  const out = resolve(REPOSITORY, options.out);
  mkdirSync(dirname(out), { recursive: true });
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  const engine = await startEngine(options.dataDir);
  try {
    for (const name of options.suites) {
      console.log(`\n${name}`);
      const report = await runSuite(name, { engine, options });
      console.log(`\n${report.title}\n\n${report.body}`);
      writeSection(out, report, engine.version, command, `${options.pairs} pairs of ${options.seconds} s`);
    }
  } finally {
    await engine.stop();
  }
}

async function runSuite(name: SuiteName, given: Omit<Context, 'started'>): Promise<SuiteReport> {
  const servers: ServerProcess[] = [];
  const started = async (starting: Promise<ServerProcess>): Promise<ServerProcess> => {
    const server = await starting;
    servers.push(server);
    return server;
  };
  try {
    return await SUITES[name]!({ ...given, started });
  } finally {
    for (const server of servers) await server.stop();
  }
}

import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Context } from './context.ts';
import { startEngine } from './engine.ts';
import type { Options, SuiteName } from './options.ts';
import { REPOSITORY } from './paths.ts';
import { writeSection, type SuiteReport } from './report.ts';
import type { ServerProcess } from './server-process.ts';
import { batch } from './suites/batch.ts';
import { budget } from './suites/budget.ts';
import { citus } from './suites/citus.ts';
import { client } from './suites/client.ts';
import { deletion } from './suites/deletion.ts';
import { display } from './suites/display.ts';
import { entries } from './suites/entries.ts';
import { fairness } from './suites/fairness.ts';
import { files } from './suites/files.ts';
import { ids } from './suites/ids.ts';
import { importHistory } from './suites/import.ts';
import { latency } from './suites/latency.ts';
import { live } from './suites/live.ts';
import { page } from './suites/page.ts';
import { single } from './suites/single.ts';
import { soak } from './suites/soak.ts';
import { timeline } from './suites/timeline.ts';
import { versions } from './suites/versions.ts';
import { volume } from './suites/volume.ts';
import { years } from './suites/years.ts';

const SUITES: Record<SuiteName, (context: Context) => Promise<SuiteReport | null>> = {
  single,
  latency,
  batch,
  import: importHistory,
  files,
  live,
  fairness,
  timeline,
  volume,
  versions,
  years,
  ids,
  deletion,
  citus,
  display,
  entries,
  page,
  client,
  soak,
  budget,
};

/**
 * Runs the suites one after the other, and writes each one's section as soon as it has ended. A
 * suite that fails leaves its section as it is, and does not keep the others from running.
 *
 * @returns whether all of them ran to their end.
 */
export async function runSuites(options: Options, args: readonly string[]): Promise<boolean> {
  const out = resolve(REPOSITORY, options.out);
  mkdirSync(dirname(out), { recursive: true });
  const command = commandOf(args);
  const engine = await startEngine(options.dataDir, options.sharedBuffers);
  const failed: SuiteName[] = [];
  try {
    for (const name of options.suites) {
      console.log(`\n${name}`);
      try {
        const report = await runSuite(name, { engine, options });
        // It has told why it cannot run here.
        if (report === null) continue;
        console.log(`\n${report.title}\n\n${report.body}`);
        const runs = report.runs ?? `${options.pairs} pairs of ${options.seconds} s`;
        writeSection(out, report, engine.version, command, runs);
      } catch (error) {
        console.error(error);
        failed.push(name);
      }
    }
  } finally {
    await engine.stop();
  }
  if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}`);
  return failed.length === 0;
}

async function runSuite(name: SuiteName, given: Omit<Context, 'started'>): Promise<SuiteReport | null> {
  const servers: ServerProcess[] = [];
  const started = async (starting: Promise<ServerProcess>): Promise<ServerProcess> => {
    const server = await starting;
    servers.push(server);
    return server;
  };
  try {
    return await SUITES[name]({ ...given, started });
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** As it was given, but for folders of one machine, which say nothing to others. */
function commandOf(args: readonly string[]): string {
  const kept = args.filter(
    (arg, index) =>
      ![arg, args[index - 1]].some((word) => /^--(out|data-dir|baseline|cpu-prof|node)\b/.test(word ?? '')),
  );
  return ['npm run bench', ...(kept.length > 0 ? ['--', ...kept] : [])].join(' ');
}

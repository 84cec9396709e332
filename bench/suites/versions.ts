import { join, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { eventTypes } from '../events.ts';
import { runPairs, type Comparison, type Subject } from '../measurement.ts';
import { ratioTable, subjectTable, type SuiteReport, type Target } from '../report.ts';
import type { ServerProcess } from '../server-process.ts';
import { servicePaths, type ServicePath } from '../service-paths.ts';

const TARGETS: readonly Target[] = [
  { metric: 'perSecond', atLeast: 0.97 },
  { metric: 'cpuMicros' },
  { metric: 'p99Ms' },
];

/** This build against the build of another checkout, whose schema is the same or older, path by path, in one database. */
export async function versions(context: Context): Promise<SuiteReport> {
  const { options } = context;
  if (options.baseline === undefined)
    throw new Error('versions needs --baseline FOLDER: a built checkout of another version');
  const script = join(resolve(options.baseline), 'dist/src/main.js');
  const compared: Comparison[] = [];
  const leftOut: string[] = [];
  for (const path of await servicePaths(context)) {
    const comparison = await compare(context, path, script);
    if (comparison === undefined) leftOut.push(path.name);
    else compared.push(comparison);
  }
  return {
    suite: 'versions',
    title:
      'This build against another one, path by path: events of single requests (64 connections) and of batches (4), ' +
      `of ${eventTypes(options.types).length.toLocaleString('en')} types, of an import, and what is read of ${options.rows.toLocaleString('en')} events.` +
      (leftOut.length === 0 ? '' : ` The other build has no ${leftOut.join(', ')}.`),
    body: [
      subjectTable(compared, 'events or requests'),
      ratioTable(compared.map((each) => ({ comparison: each, targets: TARGETS.filter(isMeasuredIn(each)) }))),
    ].join('\n\n'),
  };
}

/** An import has no latency of one line. */
const isMeasuredIn =
  ({ firstRuns }: Comparison) =>
  ({ metric }: Target): boolean =>
    firstRuns[0]?.[metric] !== undefined;

/** @returns undefined where the baseline has no such path. */
async function compare(context: Context, path: ServicePath, script: string): Promise<Comparison | undefined> {
  const [server, baseline] = [await path.start(), await path.start({ script })];
  try {
    const other = await baselineSubject(path, baseline);
    return other && (await runPairs(named(await path.subject(server), path, 'this'), other, context.options));
  } finally {
    await Promise.all([server.stop(), baseline.stop()]);
  }
}

async function baselineSubject(path: ServicePath, baseline: ServerProcess): Promise<Subject | undefined> {
  try {
    const subject = named(await path.subject(baseline), path, 'baseline');
    await subject.measure(1);
    return subject;
  } catch (error) {
    console.log(`  ${path.name}: left out, the baseline answers: ${String(error)}`);
    return undefined;
  }
}

const named = (subject: Subject, path: ServicePath, version: string): Subject => ({
  ...subject,
  name: `${path.name}, ${version}`,
});

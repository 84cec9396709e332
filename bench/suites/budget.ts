import { execFileSync } from 'node:child_process';
import type { Context } from '../context.ts';
import { OWNERS, sharesOf } from '../cpu-profile.ts';
import { median, type Measurement } from '../measurement.ts';
import { figure, table, type SuiteReport } from '../report.ts';
import { servicePaths, type ServicePath } from '../service-paths.ts';

/** Where the CPU of the service goes, path by path, on each version of Node. */
export async function budget(context: Context): Promise<SuiteReport> {
  const { options } = context;
  const paths = await servicePaths(context);
  const tables: string[] = [];
  for (const node of options.nodes) {
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1);
    console.log(`  Node ${version}`);
    const rows: string[][] = [];
    for (const path of paths) rows.push(await budgetOf(context, path, node));
    tables.push(`### Node ${version}\n\n${table(['µs of CPU for one', 'all', ...OWNERS], rows)}`);
  }
  return {
    suite: 'budget',
    title:
      `Where the service's CPU goes, in microseconds for one event (writing) or one request (reading); pages, summaries and ` +
      `exports from ${options.rows.toLocaleString('en')} events, entries of customers with 1,000. All threads are counted, and divided as the samples of ` +
      'the main thread are; the profiler itself adds to all of it. What has no file, such as `JSON.parse`, counts as its ' +
      'caller; `V8` is what has none either: compiling, and the kernel.',
    runs: `medians of ${options.pairs} runs of ${options.seconds} s`,
    body: tables.join('\n\n'),
  };
}

async function budgetOf({ options }: Context, path: ServicePath, node: string): Promise<string[]> {
  const server = await path.start({ node });
  const runs: { measurement: Measurement; shares: ReturnType<typeof sharesOf> }[] = [];
  const load = await path.subject(server);
  await load.measure(options.warmUpSeconds);
  for (let run = 0; run < options.pairs; run++) {
    await load.prepare?.();
    const end = await server.profile();
    const measurement = await load.measure(options.seconds);
    runs.push({ measurement, shares: sharesOf(await end()) });
  }
  await server.stop();
  const micros = median(runs.map(({ measurement }) => measurement.cpuMicros ?? Number.NaN));
  console.log(`  ${path.name}: ${figure(micros)} µs`);
  const ofOwner = OWNERS.map((owner) => figure(micros * median(runs.map(({ shares }) => shares.get(owner) ?? 0))));
  return [path.name, figure(micros), ...ofOwner];
}

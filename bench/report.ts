import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { median, medians, ratios, type Comparison, type Measurement, type Metric } from './measurement.ts';
import type { SuiteName } from './options.ts';

/** What a comparison should reach: the median of the pairs' ratios, first to second. Without a limit it is only told. */
export interface Target {
  readonly metric: Metric;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface SuiteReport {
  readonly suite: SuiteName;
  readonly title: string;
  /** How often it was measured; absent: so many pairs of so many seconds, as asked for. */
  readonly runs?: string;
  /** Markdown: tables, and what has to be said of them. */
  readonly body: string;
}

const NAME_OF: Record<Metric, string> = {
  perSecond: 'per second',
  p50Ms: 'p50 ms',
  p99Ms: 'p99 ms',
  cpuMicros: 'Node CPU µs each',
  rssGrowthMb: 'RSS growth MB',
  loadCpu: 'load generator, cores',
};
const METRICS = Object.keys(NAME_OF) as Metric[];

/** One row for each subject (those of the same name together), with medians. */
export function subjectTable(comparisons: readonly Comparison[], unit: string): string {
  const runsOf = new Map<string, Measurement[]>();
  for (const { first, second, firstRuns, secondRuns } of comparisons) {
    for (const [{ name }, runs] of [
      [first, firstRuns],
      [second, secondRuns],
    ] as const) {
      runsOf.set(name, [...(runsOf.get(name) ?? []), ...runs]);
    }
  }
  const rows = [...runsOf].map(([name, runs]) => ({ name, values: medians(runs) }));
  const metrics = METRICS.filter((metric) => rows.some(({ values }) => values[metric] !== undefined));
  return table(
    [
      '',
      ...metrics.map((metric) =>
        NAME_OF[metric].replace('per second', `${unit}/s`).replace('each', `per ${unit.replace(/s$/, '')}`),
      ),
      'errors',
    ],
    // A run with an error fails, and with it the suite.
    rows.map(({ name, values }) => [name, ...metrics.map((metric) => figure(values[metric])), '0']),
  );
}

/** One row for each ratio that matters, with what it should reach. */
export function ratioTable(rows: readonly { comparison: Comparison; targets: readonly Target[] }[]): string {
  return table(
    ['ratio', 'of', 'median (least to most of the pairs)', 'to reach', ''],
    rows.flatMap(({ comparison, targets }) =>
      targets.map((target) => {
        const all = ratios(comparison, target.metric);
        const middle = median(all);
        return [
          `${comparison.first.name} : ${comparison.second.name}`,
          NAME_OF[target.metric],
          `**${middle.toFixed(2)}×** (${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)})`,
          limitOf(target),
          limitOf(target) === '' ? '' : verdict(middle, target),
        ];
      }),
    ),
  );
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

export const limitOf = ({ atLeast, atMost }: Pick<Target, 'atLeast' | 'atMost'>): string =>
  atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${atMost}` : '';

export function verdict(
  value: number,
  { atLeast = -Infinity, atMost = Infinity }: Pick<Target, 'atLeast' | 'atMost'>,
): string {
  return value >= atLeast && value <= atMost ? 'reached' : '**missed**';
}

export function figure(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '';
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(value < 1 ? 2 : 3);
}

/** Puts the suite's section into the Markdown file, and leaves the sections of other suites as they are. */
export function writeSection(
  file: string,
  report: SuiteReport,
  postgresVersion: string,
  command: string,
  pairs: string,
): void {
  const sections = existingSections(file);
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
  const origin = `${date} UTC · Node ${process.versions.node} · PostgreSQL ${postgresVersion} · \`${command}\` · ${pairs}`;
  sections.set(report.suite, `## ${report.suite}\n\n${report.title}\n\n${origin}\n\n${report.body}\n`);
  writeFileSync(file, `${head(postgresVersion, command, date)}\n${[...sections.values()].join('\n')}`);
}

function existingSections(file: string): Map<string, string> {
  if (!existsSync(file)) return new Map();
  const [, ...sections] = readFileSync(file, 'utf8').split(/^(?=## )/m);
  return new Map(sections.map((section) => [/^## (.*)/.exec(section)?.[1] ?? '', `${section.trimEnd()}\n`]));
}

function head(postgresVersion: string, command: string, date: string): string {
  const processors = cpus();
  const machine = [
    `${processors[0]?.model.trim() ?? 'unknown processor'}, ${processors.length} cores`,
    `${Math.round(totalmem() / 2 ** 30)} GB`,
    `${platform()} ${arch()}`,
  ].join(', ');
  return `# Benchmarks

Written by \`npm run bench\`; what is measured against what, and how to read it: [bench/README.md](../bench/README.md).
The service, PostgreSQL (fsync on) and the load generator share the machine: ratios hold better than figures.

Last run: ${machine}; Node ${process.versions.node}; PostgreSQL ${postgresVersion} (embedded); ${date} UTC; \`${command}\`.
`;
}

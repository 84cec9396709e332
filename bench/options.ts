import { parseArgs } from 'node:util';

export const SUITE_NAMES = [
  'single',
  'latency',
  'batch',
  'import',
  'files',
  'live',
  'fairness',
  'timeline',
  'volume',
  'versions',
  'years',
  'ids',
  'deletion',
  'citus',
  'display',
  'entries',
  'page',
  'client',
  'soak',
  'budget',
] as const;
export type SuiteName = (typeof SUITE_NAMES)[number];

/** `versions` needs a baseline, `soak` half an hour, `budget` profiles; the others compare schemas of which the service has one. */
const ONLY_WHEN_ASKED_FOR: readonly SuiteName[] = ['versions', 'years', 'ids', 'deletion', 'citus', 'soak', 'budget'];

/** What `npm run bench -- …` was asked for. */
export interface Options {
  readonly suites: readonly SuiteName[];
  readonly pairs: number;
  /** Of one measured run. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** How long `soak` runs. */
  readonly minutes: number;
  /** Of the import. */
  readonly lines: number;
  /** Of the large table. */
  readonly rows: number;
  /** Every event gets an `eventId` of its own. */
  readonly withEventIds: boolean;
  /** Where the Markdown goes. */
  readonly out: string;
  /** Where PostgreSQL keeps its data: given, it is kept, and its large table is used again. */
  readonly dataDir: string | undefined;
  /** A built checkout of another version, for the suite `versions`. */
  readonly baseline: string | undefined;
  /** How many types the events of `versions` have; undefined: the usual four. */
  readonly types: number | undefined;
  /** PostgreSQL's `shared_buffers`; undefined: its default. */
  readonly sharedBuffers: string | undefined;
  /** Executables of Node, for the suite `budget`. */
  readonly nodes: readonly string[];
  /** A folder for V8's CPU profiles of the service. */
  readonly cpuProf: string | undefined;
}

export const USAGE = `npm run bench -- [${SUITE_NAMES.join(' | ')}] …

  --pairs N          pairs of runs, A B A B … (5)
  --seconds N        of one run (10)
  --warm-up N        seconds before the first pair (3)
  --minutes N        of the suite "soak" (30)
  --lines N          of the import (1000000)
  --rows N           of the large table (20000000)
  --with-event-ids   give every event an eventId of its own
  --out FILE         the Markdown (docs/benchmarks.md)
  --data-dir FOLDER  keep PostgreSQL's data, and use its large table again
  --baseline FOLDER  a built checkout of another version, for the suite "versions"
  --types N          of the events of "versions" (4)
  --node FILE        an executable of Node for the suite "budget"; may be given more than once (the one that runs)
  --shared-buffers SIZE  of PostgreSQL, such as 1GB (128MB)
  --cpu-prof FOLDER  write CPU profiles of the service`;

/** @throws Error with what is wrong and the usage. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      pairs: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '10' },
      'warm-up': { type: 'string', default: '3' },
      minutes: { type: 'string', default: '30' },
      lines: { type: 'string', default: '1000000' },
      rows: { type: 'string', default: '20000000' },
      'with-event-ids': { type: 'boolean', default: false },
      out: { type: 'string', default: 'docs/benchmarks.md' },
      'data-dir': { type: 'string' },
      baseline: { type: 'string' },
      types: { type: 'string' },
      node: { type: 'string', multiple: true, default: [process.execPath] },
      'shared-buffers': { type: 'string' },
      'cpu-prof': { type: 'string' },
    },
  });
  const unknown = positionals.filter((name) => !isSuiteName(name));
  if (unknown.length > 0) throw new Error(`There is no suite ${unknown.join(', ')}.\n\n${USAGE}`);
  return {
    suites:
      positionals.length === 0
        ? SUITE_NAMES.filter((name) => !ONLY_WHEN_ASKED_FOR.includes(name))
        : positionals.filter(isSuiteName),
    pairs: count('pairs', values.pairs),
    seconds: count('seconds', values.seconds),
    warmUpSeconds: count('warm-up', values['warm-up']),
    minutes: count('minutes', values.minutes),
    lines: count('lines', values.lines),
    rows: count('rows', values.rows),
    withEventIds: values['with-event-ids'],
    out: values.out,
    sharedBuffers: values['shared-buffers'],
    baseline: values.baseline,
    types: values.types === undefined ? undefined : count('types', values.types),
    dataDir: values['data-dir'],
    nodes: values.node,
    cpuProf: values['cpu-prof'],
  };
}

function isSuiteName(name: string): name is SuiteName {
  return (SUITE_NAMES as readonly string[]).includes(name);
}

function count(name: string, text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new Error(`--${name} must be a whole number above 0.\n\n${USAGE}`);
  return Number(text);
}

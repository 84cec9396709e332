import type { Ledger, Verdict } from './ledger.ts';

/** One drill: what was done, and what was found. */
export interface Finding {
  readonly drill: string;
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  readonly rows: number;
  readonly lost: number;
  readonly doubled: number;
  readonly phantom: number;
  /** The slowest response, in milliseconds. */
  readonly slowest: number;
  readonly note: string;
}

export function finding(drill: string, ledger: Ledger, { rows, lost, doubled, phantom }: Verdict, note = ''): Finding {
  return { drill, ...ledger.tally(), rows, lost, doubled, phantom, note };
}

const COLUMNS = [
  'drill',
  'sent',
  'acknowledged',
  'refused',
  'unknown',
  'rows',
  'lost',
  'doubled',
  'phantom',
  'slowest',
  'note',
] as const;

/** The table as Markdown, as it stands in docs/reliability.md. */
export function table(findings: readonly (Finding | string)[]): string {
  const lines = findings.map((row) =>
    typeof row === 'string' ? [row, ...COLUMNS.slice(1).map(() => '')] : COLUMNS.map((column) => String(row[column])),
  );
  const rule = COLUMNS.map((_, at) => (at === 0 || at === COLUMNS.length - 1 ? '---' : '---:'));
  return [COLUMNS as readonly string[], rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

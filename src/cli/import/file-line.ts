import type { ImportLine } from '../../customer-events/application/import-tally.ts';
import type { FreeFormLimits } from '../../platform/input/free-form-limits.ts';
import type { Input } from './input-file.ts';
import type { Mapping } from './mapping.ts';
import type { ReadPrefix } from './read-prefix.ts';
import type { LineContent } from './rejected-file.ts';
import type { PassedOver } from './csv-rows.ts';
import type { SpreadsheetDamage } from './spreadsheet-damage.ts';

/** A line of a file that is imported. */
export interface FileLine extends ImportLine {
  /** What the line holds, for the file of rejected lines; asked only where it was rejected. */
  content(): LineContent;
}

/** A file of events, open at its first line. */
export interface EventSource {
  readonly input: Input;
  readonly lines: AsyncIterable<FileLine[]>;
  /** How the file is read, but for its content: where it is read otherwise, its lines are other events. */
  readonly reading: string;
  /** What was found out of the file, in sentences. */
  readonly notes: readonly string[];
  /** Names of declared columns that the file has not. */
  readonly unused: readonly string[];
  readonly passedOver?: PassedOver;
  readonly damage?: SpreadsheetDamage;
}

export interface SourceOptions {
  readonly path: string;
  readonly limits: FreeFormLimits;
  readonly mapping: Mapping;
  /** What a spreadsheet is likely to have changed is refused. */
  readonly strict: boolean;
  readonly signal: AbortSignal;
  /** Whether a line is to be passed over, because it was settled before. */
  readonly isSettled: (number: number) => boolean;
  /** Told what is read; undefined where it is not written down how far the import came. */
  readonly prefix: ReadPrefix | undefined;
}

/** What became of a file. */
export interface Summary {
  readonly file: string;
  /** All lines were read, and each was delivered or refused. */
  readonly finished: boolean;
  /** The last line that was read. */
  readonly throughLine: number;
  readonly lines: number;
  readonly created: number;
  readonly replayed: number;
  readonly rejected: number;
  readonly rejectedFile: string | null;
  readonly undelivered: number;
  readonly undeliveredFile: string | null;
  readonly seconds: number;
  /** The first hundred that were refused. */
  readonly errors: readonly { readonly line: number; readonly code: string; readonly message: string }[];
  /** Why it did not finish. */
  readonly failure?: string | undefined;
}

/** For people. */
export function summaryLines(summary: Summary): string[] {
  const { file, lines, seconds, created, replayed, rejected, rejectedFile } = summary;
  const { finished, failure, throughLine, undelivered, undeliveredFile } = summary;
  const counts = `${created} created, ${replayed} replayed, ${rejected} rejected`;
  const text = [
    `Sent events from ${file}: ${lines} ${lines === 1 ? 'line' : 'lines'} in ${seconds.toFixed(1)} s, ${counts}`,
  ];
  if (rejectedFile !== null) text.push(`Rejected lines: ${rejectedFile}; fix them there, and send that file`);
  if (undeliveredFile !== null)
    text.push(`Not delivered: ${undelivered} lines, in ${undeliveredFile}; send that file: each has its eventId`);
  if (!finished) text.push(`It ended after line ${throughLine}: ${failure}; --from-line ${throughLine + 1} goes on`);
  return text;
}

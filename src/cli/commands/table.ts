const BETWEEN = '  ';

/**
 * Rows as aligned columns, each as wide as its longest text; the last one is not filled up. The header comes only where
 * people read: what a script takes from the first line is a row.
 *
 * @param isTerminal whether people read; left out: whether stdout is a terminal.
 */
export function tableLines(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  isTerminal: boolean = process.stdout.isTTY,
): string[] {
  const all = isTerminal && rows.length > 0 ? [header, ...rows] : rows;
  const widths = header.map((_, column) => Math.max(...all.map((row) => lengthOf(row[column] ?? ''))));
  return all.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - lengthOf(cell)))
      .join(BETWEEN)
      .trimEnd(),
  );
}

/** In characters, of which an emoji is one. */
const lengthOf = (text: string): number => [...text].length;

import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

const BEGIN = '<!-- npm run test:matrix writes this table -->';
const END = '<!-- the end of the table -->';
const HEAD = ['row', 'PostgreSQL', 'Node.js', 'tests', 'passed', 'failed', 'failed at first', 'skipped', 'run'];

/**
 * A document with new lines in its table, which stands between two comments. Lines of other rows stay; those of rows
 * that are no more go.
 *
 * @param names of all rows, in their order.
 * @param lines of rows that were run, by name: the texts of the cells after the first.
 * @throws Error where the document has no such comments.
 */
export function withLines(document, names, lines) {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`the document needs the lines "${BEGIN}" and "${END}"`);
  const known = new Map([...linesOf(document), ...lines]);
  const table = [HEAD, HEAD.map(() => '---'), ...names.filter((name) => known.has(name)).map(cellsOf)];
  function cellsOf(name) {
    return [name, ...known.get(name)];
  }
  const text = table.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
  return `${document.slice(0, begin)}${BEGIN}\n\n${text}\n${document.slice(end)}`;
}

/** Writes new lines into the table of a file, as `withLines` does; prettier aligns it, as `npm run lint` wants it. */
export async function writeLines(file, names, lines) {
  const text = withLines(readFileSync(file, 'utf8'), names, lines);
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
}

/** The lines of the table by the names of their rows. */
export function linesOf(document) {
  const table = document.slice(document.indexOf(BEGIN), document.indexOf(END));
  const lines = table.split('\n').filter((line) => line.startsWith('| '));
  return new Map(
    lines.slice(2).map((line) => {
      const [name, ...cells] = line.split('|').slice(1, -1);
      return [name.trim(), cells.map((cell) => cell.trim())];
    }),
  );
}

/** The cells of a row that was run. `when` is a date and a commit. */
export function cellsOf({ versions, tests, passed, failed, failedAtFirst, skipped, problem }, when) {
  const figures = problem === null ? [passed, failed.length, failedAtFirst.length, skipped] : [problem, '', '', ''];
  return [versions.postgres, versions.node, tests, ...figures.map(String), when];
}

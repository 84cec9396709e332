import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const MAX_README_LINES = 150;
const DECISIONS = 'docs/decisions';

const markdownIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const documents = [
  ...markdownIn('.'),
  ...markdownIn('docs'),
  ...markdownIn(DECISIONS),
  ...markdownIn('client'),
  'bench/README.md',
];
const decisions = readdirSync(DECISIONS)
  .filter((name) => name !== 'README.md')
  .sort();

const sources = ['src', 'libs', 'test', 'bench'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => join(folder, name)),
);

/** Headings as GitHub makes anchors of them. */
const anchorsOf = (document: string): string[] =>
  [...readFileSync(document, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('the documents', () => {
  it.each(documents)('links of %s lead to files and headings that exist', (document) => {
    const broken = [...readFileSync(document, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)/g)]
      .filter(([, path = '', anchor = '']) => {
        const target = path === '' ? document : join(dirname(document), path);
        return !existsSync(target) || (anchor !== '' && !anchorsOf(target).includes(anchor));
      })
      .map(([link]) => link);
    expect(broken).toEqual([]);
  });

  /** Not decisions: they keep the names of their time. */
  it.each(documents.filter((document) => !document.startsWith(DECISIONS)))('files that %s names exist', (document) => {
    const named = readFileSync(document, 'utf8').matchAll(/`((?:src|libs|test|ops|docs|bench)\/[\w./-]+)`/g);
    expect([...named].map(([, path]) => path as string).filter((path) => !existsSync(path))).toEqual([]);
  });

  it('in docs/ are all listed in docs/README.md', () => {
    const index = readFileSync('docs/README.md', 'utf8');
    const unlisted = readdirSync('docs', { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'README.md')
      .filter(({ name }) => !index.includes(`](${name})`));
    expect(unlisted).toEqual([]);
  });

  it(`keep the README within ${MAX_README_LINES} lines`, () => {
    expect(readFileSync('README.md', 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(MAX_README_LINES);
  });
});

describe('the decisions', () => {
  it('are numbered without a gap', () => {
    expect(decisions.map((name) => Number(name.slice(0, 4)))).toEqual(decisions.map((_name, index) => index + 1));
  });

  it.each(decisions)('%s begins with number, title, date and status, and is in the index with them', (name) => {
    const text = readFileSync(join(DECISIONS, name), 'utf8');
    const [, number, title, date, status] =
      /^# (\d{4})\. (.+)\n\nDate: (\d{4}-\d\d-\d\d)\. Status: (accepted|superseded by \d{4})\.\n/.exec(text) ?? [];
    expect(number).toBe(name.slice(0, 4));
    const cells = `| [${number}](${name}) | ${title} | ${date} | ${status} |`;
    expect(readFileSync(join(DECISIONS, 'README.md'), 'utf8').replace(/ +/g, ' ')).toContain(cells);
  });

  it('that the code names exist', () => {
    const missing = sources.flatMap((source) =>
      [...readFileSync(source, 'utf8').matchAll(/docs\/decisions\/[\w-]+\.md/g)]
        .filter(([path]) => !existsSync(path))
        .map(([path]) => `${source}: ${path}`),
    );
    expect(missing).toEqual([]);
  });
});

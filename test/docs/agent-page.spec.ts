import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { WHOLE_SCAN } from '../../src/customer-events/application/entries-walk.ts';
import { SEARCH_MAX_EVENTS } from '../../src/customer-events/application/entry-search.ts';
import { pagePolicy } from '../../src/embed/http/page-shell.ts';
import { MAX_ITEMS } from '../../src/embed/page/store/bound.ts';
import { MAX_PAYLOAD_CHARACTERS } from '../../src/embed/page/view/payload-text.ts';
import { TEXTS } from '../../src/embed/page/view/texts.ts';
import { ROOT } from '../support/child.ts';

const PICTURES = 'docs/pictures';
const MAX_PICTURE_BYTES = 150 * 1_024;
const AGENT_PAGE = readFileSync('docs/agent-page.md', 'utf8');
const texts = [AGENT_PAGE, readFileSync('docs/embedding.md', 'utf8')];

/** `<!-- file: PATH -->` stands before a block that is the whole file, `<!-- part of: PATH -->` before lines of it. */
const QUOTE = /<!-- (file|part of): (\S+) -->\n\n```\w+\n([^]*?)^```$/gm;
const quotes = texts.flatMap((text) =>
  [...text.matchAll(QUOTE)].map(([, what, path, quoted]) => ({ what, path, quoted })),
);
const withoutIndents = (text = ''): string => text.replace(/^ +/gm, '');

const columnsOf = (heading: string): string[][] => {
  const [, section = ''] = AGENT_PAGE.split(`# ${heading}\n`);
  const [table = ''] = /^\|[^]*?\n(?=\n)/m.exec(section) ?? [];
  const rows = table.trim().split('\n').slice(2);
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
};

describe('the guides of the agent page', () => {
  it.each(quotes)('quote $path word for word', ({ what, path, quoted }) => {
    const file = readFileSync(path as string, 'utf8');
    if (what === 'file') expect(quoted).toBe(file);
    else expect(withoutIndents(file)).toContain(withoutIndents(quoted));
  });

  it('quote every example that somebody else is to run, or name it', () => {
    const examples = ['embed', 'zendesk'].flatMap((folder) =>
      readdirSync(`docs/examples/${folder}`, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      ),
    );
    expect(quotes.length).toBeGreaterThan(5);
    for (const { name } of examples) expect(texts.join()).toContain(name);
  });

  it('have the policy of the page', () => {
    expect(AGENT_PAGE).toContain(`\n${pagePolicy([])}\n`);
  });

  it('list the messages that the page takes and sends', () => {
    const source = readFileSync('src/embed/page/store/host.ts', 'utf8');
    const kindsOf = (type: string): string[] => {
      const [declared = ''] = new RegExp(`type ${type} =[^]*?;\\n\\n`).exec(source) ?? [];
      expect(declared).not.toBe('');
      return [...declared.matchAll(/kind: '(\w+)'/g)].map(([, kind]) => kind as string);
    };
    const rows = columnsOf('Messages between the page and the site around it');
    const listed = (from: string): (string | undefined)[] =>
      rows.filter(([who]) => who === from).map(([, kind]) => kind);
    expect(listed('the site')).toEqual(kindsOf('HostMessage'));
    expect(listed('the page')).toEqual(kindsOf('PageMessage'));
  });

  it('list the keys', () => {
    expect(columnsOf('Keyboard')).toEqual(TEXTS.keys.map((key) => [...key]));
  });

  it('have the limits of the code', () => {
    const limits = columnsOf('Limits')
      .map((row) => row.join(': '))
      .join('\n');
    for (const limit of [MAX_ITEMS, WHOLE_SCAN.maxEvents, SEARCH_MAX_EVENTS])
      expect(limits).toContain(limit.toLocaleString('en'));
    expect(limits).toContain(`${MAX_PAYLOAD_CHARACTERS / 1_024} KiB`);
  });

  it('list every state that a problem makes', () => {
    const source = readFileSync('src/embed/page/view/problem-text.ts', 'utf8');
    const titles = [...source.matchAll(/: (?:stays|passes|hides)\(\s*'([^']+)'/g)].map(([, title]) => title);
    expect(titles.length).toBeGreaterThan(5);
    expect(columnsOf('States').map(([title]) => title)).toEqual(expect.arrayContaining(titles));
  });
});

describe('the pictures of the guides', () => {
  it.each(readdirSync(PICTURES))('%s is shown with a text for those who do not see it, and is small', (name) => {
    const [, alt = ''] =
      new RegExp(`!\\[([^\\]]+)\\]\\(pictures/${name.replace('.', '\\.')}\\)`).exec(AGENT_PAGE) ?? [];
    expect(alt.length).toBeGreaterThan(20);
    expect(statSync(join(PICTURES, name)).size).toBeLessThanOrEqual(MAX_PICTURE_BYTES);
  });
});

describe('the check of the signature of Help Scout', () => {
  const secret = 'my-secret-key';
  const parameters = { 'conversation-id': '3382942562', 'customer-id': '7064', slug: 'a/b', name: 'Ada ü 😀' };
  /** By `base64_encode(hash_hmac('sha1', json_encode($data), $secret, true))` of PHP, as Help Scout documents it. */
  const SIGNATURE = 'ZZcvogR7oBcBqkKAaViUXZXkTBs=';

  const isFromHelpScout = async (signature: string, order = Object.entries(parameters)): Promise<boolean> => {
    const file = pathToFileURL(join(ROOT, 'docs/examples/embed/help-scout-signature.mjs')).href;
    const module = (await import(file)) as { isFromHelpScout(parameters: URLSearchParams, secret: string): boolean };
    return module.isFromHelpScout(new URLSearchParams([...order, ['X-HelpScout-Signature', signature]]), secret);
  };

  it('accepts what PHP signs, and nothing else', async () => {
    expect(await isFromHelpScout(SIGNATURE)).toBe(true);
    expect(await isFromHelpScout(SIGNATURE, Object.entries({ ...parameters, 'customer-id': '7065' }))).toBe(false);
    expect(await isFromHelpScout(SIGNATURE, Object.entries(parameters).reverse())).toBe(false);
    for (const wrong of ['', 'x', SIGNATURE.toLowerCase()]) expect(await isFromHelpScout(wrong)).toBe(false);
  });

  const php = spawnSync('php', ['--version']).status === 0 ? it : it.skip;
  php('agrees with the PHP that is installed here', async () => {
    const code =
      '[, $data, $secret] = $argv; echo base64_encode(hash_hmac("sha1", json_encode(json_decode($data)), $secret, true));';
    const { stdout } = spawnSync('php', ['-r', code, '--', JSON.stringify(parameters), secret], { encoding: 'utf8' });
    expect(stdout).toBe(SIGNATURE);
  });
});

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { steadyOutput } from '../support/command-runner.ts';
import { servesAt, Workplace } from '../support/service-process.ts';
import { isExpected } from './guides/expected-output.ts';
import { readGuide, type GuideStep } from './guides/guide-steps.ts';
import { GuideShell } from './guides/guide-shell.ts';

/** In the order in which a newcomer reads them; each goes on where the one before it ended. */
const GUIDES = [
  'README.md',
  'docs/api.md',
  'docs/sending.md',
  'docs/reading.md',
  'docs/agent-page.md',
  'docs/embedding.md',
  'docs/importing.md',
  'docs/database.md',
  'docs/operating.md',
];

const ADDRESS_IN_GUIDES = 'http://localhost:3000';
/** Stands in the guides for the key that the first start prints. */
const KEY_IN_GUIDES = 'sk_live_agent_…';
const KEY = /sk_live_agent_[A-Za-z0-9]{48}/;

const TOOLS_ARE_HERE = ['bash', 'curl', 'gzip'].every((tool) => spawnSync(tool, ['--version']).status === 0);

jest.setTimeout(300_000);

(TOOLS_ARE_HERE ? describe : describe.skip)('the README and the guides, followed with bash, curl and gzip', () => {
  let workplace: Workplace;
  let shell: GuideShell;
  let address: string;
  let key: string;

  beforeAll(async () => {
    workplace = new Workplace();
    const service = workplace.start();
    [key] = await service.prints(KEY);
    address = (await servesAt(service)).replace('127.0.0.1', 'localhost');
    shell = new GuideShell(workplace.folder, { DATA_DIR: workplace.dataDir });
  });
  afterAll(async () => {
    await shell?.close();
    await workplace.close();
  });

  it.each(GUIDES)('the commands of %s print what stands below them', async (document) => {
    const { steps, blocksToRun, leftOut } = readGuide(document, readFileSync(document, 'utf8'));
    const problems: string[] = [];
    for (const step of steps) {
      const problem = await problemOf(step);
      if (problem !== undefined) problems.push(`${step.place}\n$ ${step.command}\n${problem}`);
    }
    const left = leftOut.map((place) => `\n  ${place}`).join('');
    process.stdout.write(`${document}: ${blocksToRun} blocks ran, ${leftOut.length} were left out${left}\n`);
    if (problems.length > 0) throw new Error(problems.join('\n\n'));
    expect(blocksToRun).toBeGreaterThan(0);
  });

  async function problemOf(step: GuideStep): Promise<string | undefined> {
    const command = step.command.replaceAll(ADDRESS_IN_GUIDES, address).replaceAll(KEY_IN_GUIDES, key);
    const result = await shell.run(command);
    const all = result.output.replaceAll(address, ADDRESS_IN_GUIDES);
    // Which database a command uses is said of all of them once, in docs/database.md.
    const output = step.expected?.startsWith('Using the ') === true ? all : steadyOutput(all);
    if (step.expected !== undefined) {
      if (isExpected(output, step.expected, step.format)) return undefined;
      return `should print\n${step.expected}\nand prints\n${output}`;
    }
    // Where a guide shows no output the command has to succeed; curl ends with 0 after a refusal too.
    if (result.status === 0 && !output.includes('"success":false')) return undefined;
    return `ends with status ${result.status} and prints\n${output}`;
  }
});

describe('the comparison of a response with its guide', () => {
  const printed =
    '{"success":true,"data":{"id":"c0mnktc30g0mww6snfe00xf8j","total":99.90,"createdAt":"2026-04-18T10:00:01.922Z"}}';

  it.each([
    [
      'another id and another instant of the clock',
      '{"success":true,"data":{"id":"c5g3sv216p510k45h6grgg8q0","total":99.90,"createdAt":"2020-01-01T00:00:00.000Z"}}',
    ],
    [
      'other white space',
      '{ "success": true, "data": { "id": "c5g3sv216p510k45h6grgg8q0", "total": 99.90,\n "createdAt": "2020-01-01T00:00:00.000Z" } }',
    ],
    ['a part of a string left out', '{"success":true,"data":{"id":"c…","total":99.90,"createdAt":"…Z"}}'],
    ['members left out', '{"success":true,"data":{"id":"c…", "…": "…"}}'],
  ])('accepts %s', (_what, expected) => {
    expect(isExpected(printed, expected, 'json')).toBe(true);
  });

  it.each([
    ['another value', '{"success":true,"data":{"id":"c…","total":99.91,"createdAt":"…"}}'],
    ['the same number in other digits', '{"success":true,"data":{"id":"c…","total":99.9,"createdAt":"…"}}'],
    ['a member that is not there', '{"success":true,"data":{"id":"c…","total":99.90,"createdAt":"…","eventId":"…"}}'],
    ['a member that the guide lacks', '{"success":true,"data":{"id":"c…","createdAt":"…"}}'],
    [
      'an instant without its shape',
      '{"success":true,"data":{"id":"c…","total":99.90,"createdAt":"2026-04-18T10:00:01Z"}}',
    ],
    ['another end', '{"success":true,"data":{"id":"c…", "…": "…"}}, {}'],
  ])('rejects %s', (_what, expected) => {
    expect(isExpected(printed, expected, 'json')).toBe(false);
  });

  it('rejects a guide whose output stands below no command', () => {
    expect(() => readGuide('a.md', '```json\n{}\n```\n')).toThrow('a.md:1');
  });

  it('leaves out a marked block, and names it with its reason', () => {
    const guide = readGuide(
      'a.md',
      'Text\n\n<!-- not run: needs a printer -->\n\n```sh\nlp\n```\n\n```console\n$ a\n1\n$ b\n```\n',
    );
    expect(guide.leftOut).toEqual(['a.md:3: needs a printer']);
    expect(guide.steps).toMatchObject([
      { command: 'a', expected: '1' },
      { command: 'b', expected: undefined },
    ]);
  });
});

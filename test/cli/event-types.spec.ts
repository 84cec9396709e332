import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { auditEntriesOf } from '../support/audit-entries.ts';
import { runCommand, type Outcome } from '../support/command-line.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

describe('event-types', () => {
  let service: TestService;
  let folder: string;

  const cli = (...args: string[]): Promise<Outcome> =>
    runCommand({ DATABASE_URL: service.database.url }, 'event-types', ...args, '--app', 'acme');
  const path = (name: string): string => join(folder, name);
  const file = (text: string, name = 'types.yaml'): string => {
    writeFileSync(path(name), text);
    return path(name);
  };
  const rules = async (): Promise<unknown> => (await service.get('/event-types').expect(200)).body.data.rules;

  beforeAll(async () => {
    service = await startTestService();
    folder = mkdtempSync(join(tmpdir(), 'event-types-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await service.close();
  });
  beforeEach(() => service.put('/event-types', { rules: [] }).expect(200));

  const FILE = [
    '# Ours',
    'order.placed: # a comment',
    '  title: 99.90',
    '  quiet: false',
    '"*": {quiet: true}',
    '1.0:',
    '__proto__:',
    '  title: "yes: #no"',
    '',
  ].join('\n');

  it('push makes the rules those of the file, says what differs, and leaves the file alone', async () => {
    await service.put('/event-types/order.placed', { title: 'Old', icon: 'package' }).expect(201);
    await service.put('/event-types/gone', { hidden: true }).expect(201);
    const dry = await cli('push', file(FILE), '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('nothing was changed (--dry-run)') });
    expect(await rules()).toHaveLength(2);
    const pushed = await cli('push', path('types.yaml'));
    expect(pushed.code).toBe(0);
    expect(pushed.stdout).toBe(dry.stdout);
    expect(pushed.stdout.split('\n')).toEqual([
      '+ *',
      '  + quiet: true',
      '+ 1.0',
      '+ __proto__',
      '  + title: "yes: #no"',
      '- gone',
      '  - hidden: true',
      '~ order.placed',
      '  ~ title: "Old" -> "99.90"',
      '  - icon: "package"',
      '  + quiet: false',
      '',
    ]);
    expect(pushed.stderr).toContain('3 added, 1 changed, 1 removed');
    expect(readFileSync(path('types.yaml'), 'utf8')).toBe(FILE);
    expect(await rules()).toEqual([
      { pattern: '*', rule: { quiet: true } },
      { pattern: '1.0', rule: {} },
      { pattern: '__proto__', rule: { title: 'yes: #no' } },
      { pattern: 'order.placed', rule: { title: '99.90', quiet: false } },
    ]);
    const { id } = await service.app.get(KeyAdministration).appOf('acme');
    const [entry] = (await auditEntriesOf(service.database, id)).filter(
      ({ actor }) => actor.kind === 'operator' && actor.id !== 'unnamed',
    );
    expect(entry).toMatchObject({ action: 'event-types.changed', subject: '*all', count: 5 });
    const again = await cli('push', path('types.yaml'), '--json');
    expect(JSON.parse(again.stdout)).toEqual({ app: 'acme', dryRun: false, added: [], changed: [], removed: [] });
  });

  it('pull, push and pull give the same bytes', async () => {
    await cli('push', file(FILE));
    expect(await cli('pull', path('first.yaml'))).toMatchObject({ code: 0 });
    const first = readFileSync(path('first.yaml'), 'utf8');
    await service.put('/event-types', { rules: [] }).expect(200);
    expect(await cli('push', path('first.yaml'))).toMatchObject({ code: 0 });
    expect(await cli('pull', path('second.yaml'))).toMatchObject({ code: 0 });
    expect(readFileSync(path('second.yaml'), 'utf8')).toBe(first);
    expect(first).toContain("'1.0': {}\n");
  });

  it('pull leaves a file that says the same as it is, and one that says something else unless told', async () => {
    await cli('push', file(FILE));
    expect((await cli('pull', path('types.yaml'))).stdout).toContain('says this already');
    expect(readFileSync(path('types.yaml'), 'utf8')).toBe(FILE);
    await service.put('/event-types', { rules: [] }).expect(200);
    expect(await cli('pull', path('types.yaml'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--overwrite'),
    });
    expect(readFileSync(path('types.yaml'), 'utf8')).toBe(FILE);
    expect(await cli('pull', path('types.yaml'), '--overwrite')).toMatchObject({ code: 0 });
    expect(readFileSync(path('types.yaml'), 'utf8')).toBe('{}\n');
  });

  it('push refuses a file with faults, names each, and changes nothing', async () => {
    await service.put('/event-types/a', { title: 'kept' }).expect(201);
    const faulty = file('order.placed: {title: "{payload.a", icn: x}\nOrder: {}\nb: 7\nc: {quiet: maybe}\n');
    const { code, stderr } = await cli('push', faulty);
    expect(code).toBe(1);
    for (const line of [
      `${faulty}: order.placed.title: { at 1 is not closed`,
      `${faulty}: order.placed.icn: is not a known field; did you mean icon?`,
      `${faulty}: Order: must be an event type`,
      `${faulty}: b: must be an object`,
      `${faulty}: c.quiet: must be true or false`,
    ])
      expect(stderr).toContain(line);
    for (const [text, problem] of [
      ['a: 1\na: 2\n', 'duplicated mapping key (2:1)'],
      ['a: [\n', 'is not YAML'],
      ['- a\n', 'must be a mapping'],
      ['text', 'must be a mapping'],
    ] as const)
      expect(await cli('push', file(text))).toMatchObject({ code: 1, stderr: expect.stringContaining(problem) });
    expect(await cli('push', path('missing.yaml'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ENOENT'),
    });
    expect(await rules()).toEqual([{ pattern: 'a', rule: { title: 'kept' } }]);
  });

  it('push removes all rules where the file says {}, and not where it is empty', async () => {
    await service.put('/event-types/a', {}).expect(201);
    for (const text of ['', '# nothing\n', '---\n', '{}\n---\n{}\n'])
      expect(await cli('push', file(text))).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('{} removes all'),
      });
    expect(await rules()).toHaveLength(1);
    expect((await cli('push', file('{}\n'))).stdout).toBe('- a\n');
    expect(await rules()).toEqual([]);
  });

  it('list names the types of an import by command, which are kept when it ends', async () => {
    const lines = file('{"customerExternalId":"user_42","type":"by.command"}\n', 'events.ndjson');
    const outcome = await runCommand({ DATABASE_URL: service.database.url }, 'import', lines, '--app', 'acme');
    expect(outcome.code).toBe(0);
    expect((await cli('list')).stdout).toMatch(/^by\.command +\d{4}-/m);
    expect(JSON.parse((await cli('list', '--json')).stdout)).toMatchObject({ app: 'acme', more: false });
  });
});

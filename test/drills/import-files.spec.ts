import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { line } from '../support/history.ts';
import { Workplace } from '../support/service-process.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

describe('the files that the import command writes', () => {
  let workplace: Workplace;
  let service: TestService;

  const path = (name: string): string => join(workplace.folder, name);
  const write = (name: string, content: string): string => {
    writeFileSync(path(name), content);
    return name;
  };
  const run = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
    const settings = { DATABASE_URL: service.database.url };
    const { code, stdout, stderr } = await workplace.command(['import', ...args, '--app', 'acme'], settings);
    return { code, output: stderr + stdout };
  };
  const count = async (table: string): Promise<number> =>
    (await service.database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n ?? NaN;

  beforeAll(async () => {
    workplace = new Workplace();
    service = await startTestService();
  });
  afterAll(async () => {
    await workplace.close();
    await service.close();
  });

  it.each([
    [
      '--rejected',
      'no/such/folder/rejected.ndjson',
      /^Rejected lines cannot be written to no\/such\/folder\/rejected\.ndjson \(ENOENT\): name another one with --rejected$/m,
    ],
    [
      '--state',
      'no/such/folder/state.json',
      /^The progress of the import cannot be written to no\/such\/folder\/state\.json \(ENOENT\): name another one with --state$/m,
    ],
  ])(
    '%s where nothing can be written is told in one line, and nothing is stored, not even a customer',
    async (option, place, message) => {
      write('customers.csv', 'externalId,email,name\nnew_1,new_1@example.com,New\n');
      write('events.ndjson', line({ customerExternalId: 'new_1' }));
      const before = [await count('customers'), await count('customer_events')];
      const { code, output } = await run('events.ndjson', '--create-customers', 'customers.csv', option, place);
      expect(code).toBe(1);
      expect(output).toMatch(message);
      expect(output.trim().split('\n')).toHaveLength(1);
      expect([await count('customers'), await count('customer_events')]).toEqual(before);
      expect(existsSync(path('events.ndjson.import-state.json'))).toBe(false);
    },
  );

  it('can be read by their owner only', async () => {
    write('private.csv', 'externalId,email,name\nprivate_1,no address,Name\n');
    write('private.ndjson', `${line()}\n{"broken\n`);
    const { code } = await run('private.ndjson', '--create-customers', 'private.csv');
    expect(code).toBe(2);
    for (const name of ['private.ndjson.rejected.ndjson', 'private.csv.rejected.csv']) {
      expect(statSync(path(name)).mode & 0o777).toBe(0o600);
    }
  });

  it('are where they are wanted', async () => {
    mkdirSync(path('out'), { recursive: true });
    write('placed.csv', 'externalId,email,name\nplaced_1,no address,Name\n');
    write('placed.ndjson', '{"broken\n');
    await run(
      'placed.ndjson',
      '--create-customers',
      'placed.csv',
      ...['--rejected', 'out/e.ndjson', '--rejected-customers', 'out/c.csv', '--state', 'out/s.json'],
    );
    expect(readFileSync(path('out/e.ndjson'), 'utf8')).toMatch(/^\{"rejected":/);
    expect(readFileSync(path('out/c.csv'), 'utf8')).toMatch(/^rejectedLine,/);
    // It is there only as long as the import is.
    expect(existsSync(path('out/s.json'))).toBe(false);
    expect(existsSync(path('placed.ndjson.rejected.ndjson'))).toBe(false);
  });

  it('replace those of an earlier import, and no file of other content', async () => {
    write('again.ndjson', '{"broken\n');
    await run('again.ndjson');
    expect((await run('again.ndjson')).code).toBe(2);
    const precious = write('precious.txt', 'what somebody else has written\n');
    const { code, output } = await run('again.ndjson', '--rejected', precious);
    expect({ code, output }).toEqual({
      code: 1,
      output:
        'Rejected lines cannot be written to precious.txt (a file of other content is there already): name another one with --rejected\n',
    });
    expect(readFileSync(path(precious), 'utf8')).toBe('what somebody else has written\n');
  });

  it('do not follow a symbolic link to a file', async () => {
    write('linked.ndjson', '{"broken\n');
    write('target.txt', '');
    symlinkSync('target.txt', path('linked.ndjson.rejected.ndjson'));
    const { code, output } = await run('linked.ndjson');
    expect(code).toBe(1);
    expect(output).toContain('it is a symbolic link');
    expect(readFileSync(path('target.txt'), 'utf8')).toBe('');
    expect((await run('linked.ndjson', '--rejected', '/dev/null')).code).toBe(2);
  });

  it('do not wait for a pipe that stands where the progress is kept', async () => {
    write('piped.ndjson', line());
    spawnSync('mkfifo', [path('piped.ndjson.import-state.json')]);
    expect(await run('piped.ndjson')).toEqual({
      code: 1,
      output:
        'The progress of the import cannot be kept in piped.ndjson.import-state.json, which is no file: name one with --state\n',
    });
  });

  it('stay as an earlier import has left them, but for their rights, where a later one or a dry run rejects nothing', async () => {
    const earlier = '{"rejected":{"line":1}}\n';
    write('good.ndjson', line());
    write('good.ndjson.rejected.ndjson', earlier);
    for (const options of [['--dry-run'], []]) {
      expect((await run('good.ndjson', ...options)).code).toBe(0);
      expect(readFileSync(path('good.ndjson.rejected.ndjson'), 'utf8')).toBe(earlier);
    }
    expect(statSync(path('good.ndjson.rejected.ndjson')).mode & 0o777).toBe(0o600);
  });

  it('keep what an earlier import has left where this one does not begin', async () => {
    const state =
      '{"app":"acme","size":1,"modifiedMs":1,"throughLine":5,"lines":5,"created":5,"replayed":0,"rejected":0,"rejectedBytes":0}';
    write('kept.ndjson', line());
    write('kept.ndjson.import-state.json', state);
    write('kept.ndjson.rejected.ndjson', '{"rejected":{"line":1}}\n');
    write('wrong.csv', 'externalId,nonsense\n');
    const { code } = await run('kept.ndjson', '--create-customers', 'wrong.csv');
    expect(code).toBe(1);
    expect(readFileSync(path('kept.ndjson.import-state.json'), 'utf8')).toBe(state);
    expect(readFileSync(path('kept.ndjson.rejected.ndjson'), 'utf8')).toBe('{"rejected":{"line":1}}\n');
  });
});

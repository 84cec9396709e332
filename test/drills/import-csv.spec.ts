import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImportSummary } from '../../src/cli/import/import-summary.ts';
import type { CommandOutcome } from '../support/command-runner.ts';
import { Workplace } from '../support/service-process.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

interface Summaries {
  readonly events: ImportSummary;
  readonly customers?: ImportSummary;
}

describe('the import command reads the CSV files that people have', () => {
  let workplace: Workplace;
  let service: TestService;

  const path = (name: string): string => join(workplace.folder, name);
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(path(name), content);
    return name;
  };
  const run = (...args: string[]): Promise<CommandOutcome> =>
    workplace.command(['import', ...args, '--app', 'acme'], { DATABASE_URL: service.database.url });
  /** The exit status and what `--json` tells. */
  const imported = async (...args: string[]): Promise<{ code: number | null } & Summaries> => {
    const { code, stdout, stderr } = await run(...args, '--json');
    if (stdout === '') throw new Error(stderr);
    return { code, ...(JSON.parse(stdout) as Summaries) };
  };
  /** Payloads by `eventId`, as they are stored. */
  const stored = async (prefix: string): Promise<Record<string, string>> => {
    const rows = await service.database.query<{ event_id: string; payload: string }>(
      'SELECT t.event_id, t.payload::text FROM customer_events AS t WHERE t.event_id LIKE $1',
      [`${prefix}-%`],
    );
    return Object.fromEntries(rows.map(({ event_id, payload }) => [event_id, payload]));
  };

  beforeAll(async () => {
    workplace = new Workplace();
    service = await startTestService();
  });
  afterAll(async () => {
    await workplace.close();
    await service.close();
  });

  it.each([
    ['header LF, rows CRLF', ['\n', '\r\n', '\r\n', '\r\n']],
    ['CRLF, the last row LF', ['\r\n', '\r\n', '\r\n', '\n']],
    ['CRLF, rows with LF appended', ['\r\n', '\r\n', '\n', '\n']],
  ])('events and customers with %s have the same values as in a clean file', async (name, ends) => {
    const prefix = name.replaceAll(/\W/g, '').toLowerCase();
    const lines = (rows: readonly string[]): string => rows.map((row, at) => `${row}${ends[at]}`).join('');
    write(
      'c.csv',
      lines([
        'externalId,email,name',
        ...['a', 'b', 'c'].map((id) => `${prefix}${id},${prefix}${id}@example.com,Name`),
      ]),
    );
    write(
      'e.csv',
      lines([
        'customerExternalId,type,eventId,payload.note',
        ...['a', 'b', 'c'].map((id) => `${prefix}${id},order.placed,${prefix}-${id},note`),
      ]),
    );
    const { code, events, customers } = await imported('e.csv', '--create-customers', 'c.csv');
    expect({ code, created: events.created, customers: customers?.created }).toEqual({
      code: 0,
      created: 3,
      customers: 3,
    });
    expect(await stored(prefix)).toEqual(
      Object.fromEntries(['a', 'b', 'c'].map((id) => [`${prefix}-${id}`, '{"note":"note"}'])),
    );
    const names = await service.database.query<{ name: string }>(
      'SELECT DISTINCT c.name FROM customers AS c WHERE c.external_id LIKE $1',
      [`${prefix}%`],
    );
    expect(names).toEqual([{ name: 'Name' }]);
  });

  it('a row with too many or too few cells is kept as it stands, and refused again as long as it is not fixed', async () => {
    write(
      'shape.csv',
      'customerExternalId,type,eventId,payload.note,payload.total\r\n' +
        'user_42,order.placed,shape-1,Hello, world,9.90\r\n' +
        'user_42,order.placed,shape-2,short\r\n' +
        'user_42,order.placed,shape-3,good,1\r\n',
    );
    const first = await imported('shape.csv');
    expect({ code: first.code, created: first.events.created, rejected: first.events.rejected }).toEqual({
      code: 2,
      created: 1,
      rejected: 2,
    });
    const kept = readFileSync(path('shape.csv.rejected.ndjson'), 'utf8').trimEnd().split('\n');
    expect(kept.map((line) => JSON.parse(line) as object)).toEqual([
      { rejected: expect.objectContaining({ line: 2 }), row: 'user_42,order.placed,shape-1,Hello, world,9.90' },
      { rejected: expect.objectContaining({ line: 3 }), row: 'user_42,order.placed,shape-2,short' },
    ]);
    const again = await imported('shape.csv.rejected.ndjson');
    expect({ code: again.code, created: again.events.created, rejected: again.events.rejected }).toEqual({
      code: 2,
      created: 0,
      rejected: 2,
    });
    expect(await stored('shape')).toEqual({ 'shape-3': '{"note":"good","total":1}' });
  });

  it('a row of customers with too many or too few cells keeps every cell, and is refused again as long as it is not fixed', async () => {
    write(
      'people.csv',
      'externalId,email,name\nextra_1,extra_1@example.com,Ada,Lovelace\nextra_2,extra_2@example.com\nextra_3,extra_3@example.com,Good\n',
    );
    write('none.csv', 'customerExternalId,type\n');
    const { customers } = await imported('none.csv', '--create-customers', 'people.csv');
    expect(customers).toMatchObject({ created: 1, rejected: 2 });
    const kept = readFileSync(path('people.csv.rejected.csv'), 'utf8').split('\n');
    expect(kept[1]).toMatch(/,extra_1,extra_1@example.com,Ada,Lovelace$/);
    expect(kept[2]).toMatch(/,extra_2,extra_2@example.com$/);
    const again = await imported('none.csv', '--create-customers', 'people.csv.rejected.csv');
    expect(again.customers).toMatchObject({ created: 0, rejected: 2 });
  });

  it.each<[string, string, string | Buffer, RegExp]>([
    ['a workbook', 'a.csv', Buffer.from('PK\x03\x04\x14\x00'), /^This is a workbook of Excel \(XLSX\)/],
    ['UTF-16', 'b.csv', Buffer.from('\ufeffcustomerExternalId,type\n', 'utf16le'), /^This is text in UTF-16/],
    [
      'NDJSON without line ends',
      'c.json',
      `${'{"customerExternalId":"user_42","type":"a"}'.repeat(2)}\n`,
      /lost their line ends/,
    ],
    ['a quote that is never closed', 'f.csv', 'customerExternalId,type\nuser_42,a\nuser_42,"a\n', /found at line 3/],
    ['CSV under another name', 'd.txt', 'customerExternalId,type\nuser_42,a\n', /--format csv/],
    ['a header without what every row needs', 'e.csv', 'customerExternalId;eventId\nuser_42;a\n', /no column "type"/],
  ])('%s is told in one sentence, and nothing is stored', async (_, name, content, message) => {
    const count = (): Promise<unknown> => service.database.query('SELECT count(*) FROM customer_events');
    const before = await count();
    const { code, stdout, stderr } = await run(write(name, content));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(await count()).toEqual(before);
  });

  it('cells that are separated by semicolons are found out, and said', async () => {
    write(
      'semicolons.csv',
      'sep=;\r\ncustomerExternalId;type;eventId;payload.total\r\nuser_42;order.placed;semi-1;9.90\r\n',
    );
    const { code, stderr } = await run('semicolons.csv');
    expect(code).toBe(0);
    expect(stderr).toContain('events: cells are separated by ";"');
    expect(await stored('semi')).toEqual({ 'semi-1': '{"total":9.90}' });
  });
});

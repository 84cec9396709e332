import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ImportSummary } from '../../src/cli/import/import-summary.ts';
import type { Child } from '../support/child.ts';
import { outcomeOf, type CommandOutcome } from '../support/command-runner.ts';
import { line, manyLines } from '../support/history.ts';
import { Workplace } from '../support/service-process.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

/** Commands that are stopped, or read standard input, have a process to themselves. */
jest.setTimeout(120_000);

describe('the import command', () => {
  let workplace: Workplace;
  let service: TestService;

  const path = (name: string): string => join(workplace.folder, name);
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(path(name), content);
    return name;
  };
  const read = (name: string): string => readFileSync(path(name), 'utf8');

  /** Locks are waited for: tests hold them to stop an import where they want it. */
  const settings = (retryMs = 0) => ({
    DATABASE_URL: service.database.url,
    DATABASE_LOCK_TIMEOUT_MS: '60000',
    DATABASE_STATEMENT_TIMEOUT_MS: '60000',
    IMPORT_RETRY_MS: String(retryMs),
  });
  const start = (args: string[], stdin: 'ignore' | 'pipe' = 'ignore', retryMs = 0): Child =>
    workplace.cli(['import', ...args], settings(retryMs), stdin);
  const run = (...args: string[]): Promise<CommandOutcome> => workplace.command(['import', ...args], settings());
  const summaries = async (
    code: number,
    ...args: string[]
  ): Promise<{ events: ImportSummary; customers?: ImportSummary }> => {
    const outcome = await run(...args, '--app', 'acme', '--json');
    expect(outcome).toMatchObject({ code, stderr: '' });
    return JSON.parse(outcome.stdout) as { events: ImportSummary; customers?: ImportSummary };
  };
  /** Of an import that ends with this status. */
  const imported = async (code: number, ...args: string[]): Promise<ImportSummary> =>
    (await summaries(code, ...args)).events;

  const customer = async (externalId: string): Promise<string> => {
    await service
      .patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name: externalId })
      .expect(201);
    return externalId;
  };
  /** The whole timeline as it is exported, a line for each event, oldest first. */
  const exported = async (externalId: string): Promise<string[]> => {
    const { text } = await service.get(`/customers/${externalId}/events/export`).expect(200);
    return text.split('\n').slice(0, -1);
  };
  const payloads = async (externalId: string): Promise<string[]> =>
    (await exported(externalId)).map((event) => /"payload":(.*),"occurredAt":/.exec(event)?.[1] ?? '');
  const rowsWith = async (prefix: string): Promise<number> =>
    (await service.database.query('SELECT 1 FROM customer_events WHERE event_id LIKE $1', [`${prefix}-%`])).length;

  beforeAll(async () => {
    workplace = new Workplace();
    service = await startTestService();
  });
  afterAll(async () => {
    await workplace.close();
    await service.close();
  });

  describe('reads NDJSON', () => {
    it('plain, compressed whatever its name, and from standard input', async () => {
      const [plain, gzip, unnamed] = ['plain', 'gzip', 'unnamed'].map((prefix) => manyLines(3, prefix).join('\r\n'));
      const stdin = start(['-', '--app', 'acme', '--json'], 'pipe');
      stdin.process.stdin?.end(gzipSync(manyLines(3, 'stdin').join('\n')));
      const all = await Promise.all([
        imported(0, write('plain.ndjson', plain as string)),
        imported(0, write('gzip.ndjson.gz', gzipSync(gzip as string))),
        imported(0, write('unnamed', gzipSync(unnamed as string))),
        outcomeOf(stdin).then(({ stdout }) => (JSON.parse(stdout) as { events: ImportSummary }).events),
      ]);
      for (const [n, file] of ['plain.ndjson', 'gzip.ndjson.gz', 'unnamed', '-'].entries()) {
        expect(all[n]).toEqual({
          file,
          dryRun: false,
          finished: true,
          throughLine: 3,
          lines: 3,
          created: 3,
          replayed: 0,
          rejected: 0,
          rejectedFile: null,
          seconds: expect.any(Number),
          errors: [],
          warnings: [],
        });
      }
      for (const prefix of ['plain', 'gzip', 'unnamed', 'stdin']) expect(await rowsWith(prefix)).toBe(3);
      for (const left of ['.rejected.ndjson', '.import-state.json'])
        expect(existsSync(path(`plain.ndjson${left}`))).toBe(false);
    });

    it('cut short, says so, and keeps what came before; to people in a line or two', async () => {
      write('cut.ndjson.gz', gzipSync(manyLines(1_500, 'cut').join('\n')).subarray(0, -20));
      write('people.ndjson', `${line()}\n${line({ type: 'NO' })}`);
      const [cut, people] = await Promise.all([
        run('cut.ndjson.gz', '--app', 'acme'),
        run('people.ndjson', '--app', 'acme'),
      ]);
      expect(cut).toMatchObject({ code: 1, stderr: '' });
      expect(cut.stdout).toMatch(
        /^Imported events from cut.*\nIt ended after line \d+: The file is damaged: it is not valid gzip to its end; --resume goes on from there\n$/,
      );
      expect(await rowsWith('cut')).toBeGreaterThanOrEqual(Number(/after line (\d+)/.exec(cut.stdout)?.[1]));
      expect(people).toMatchObject({ code: 2, stderr: '' });
      expect(people.stdout).toMatch(
        /^Imported events from people\.ndjson: 2 lines in \d+\.\d s, 1 created, 0 replayed, 1 rejected\nRejected lines: people\.ndjson\.rejected\.ndjson\nLine 2: type must be 1 to 100 characters [^\n]*\n$/,
      );
    });
  });

  describe('reads CSV', () => {
    it('with the fields as columns, the payload as JSON, or as columns of its own', async () => {
      const [json, folded] = [await customer('csv-json'), await customer('csv-folded')];
      const header = 'customerExternalId,type,occurredAt,eventId';
      write(
        'json.csv',
        `\ufeff${header},payload\r\n${json},order.placed,2024-04-18,csv-1,"{""orderId"": ""1042"", ""total"": 99.90}"\r\n${json},order.paid,,,\r\n`,
      );
      write(
        'folded.csv.gz',
        gzipSync(
          `payload.order.id;payload.total;${header.replaceAll(',', ';')};payload.order.note\n"1;042";99.90;${folded};order.placed;2024-04-18T10:00;csv-2;"two\nlines, ""quoted"" – ½ 🙂"\n;;${folded};order.paid;;;\n`,
        ),
      );
      const [first, second] = await Promise.all([
        imported(0, 'json.csv'),
        imported(0, 'folded.csv.gz', '--delimiter', ';'),
      ]);
      expect([first, second]).toMatchObject([
        { created: 2, throughLine: 3 },
        { created: 2, throughLine: 4 },
      ]);
      expect(await payloads(json)).toEqual(['{"orderId":"1042","total":99.90}', '{}']);
      expect(await payloads(folded)).toEqual([
        `{"order":{"id":"1;042","note":${JSON.stringify('two\nlines, "quoted" – ½ 🙂')}},"total":99.90}`,
        '{}',
      ]);
      expect((await exported(folded))[0]).toContain('"occurredAt":"2024-04-18T10:00:00Z"');
    });

    it('value for value: a number digit for digit, a text as it stands', async () => {
      const externalId = await customer('csv-values');
      const cells: readonly (readonly [string, string, string])[] = [
        ['big', '123456789012345678901234567890', '123456789012345678901234567890'],
        ['reference', '1234567890123456789', '"1234567890123456789"'],
        ['decimal', '12.3400', '12.3400'],
        ['huge', '1e400', '1e400'],
        ['zero', '-0', '-0'],
        ['yes', 'true', 'true'],
        ['none', 'null', 'null'],
        ['list', '"[1, 2.0]"', '[1,2.0]'],
        ['quoted', '"""17"""', '"17"'],
        ['zip', '01234', '"01234"'],
        ['spaced', '  a b ', '"  a b "'],
        ['phone', '+49 30 1234', '"+49 30 1234"'],
        ['date', '2024-04-18', '"2024-04-18"'],
        ['empty', '', ''],
        ['sku', '0042', '"0042"'],
        ['code', '4711', '"4711"'],
        ['nan', 'NaN', '"NaN"'],
      ];
      write(
        'values.csv',
        `customerExternalId,type,${cells.map(([key]) => `payload.${key}`).join(',')}\n${externalId},a,${cells.map(([, cell]) => cell).join(',')}\n`,
      );
      expect(await imported(0, 'values.csv', '--text', 'payload.code', '--number', 'payload.big')).toMatchObject({
        created: 1,
      });
      const kept = cells.filter(([, , value]) => value !== '').map(([key, , value]) => `"${key}":${value}`);
      expect(await payloads(externalId)).toEqual([`{${kept.join(',')}}`]);
    });

    it('only with a header that can be meant, and up to a quote that is never closed', async () => {
      write('header.csv', 'customerExternalId,typ\n');
      write('header.csv.rejected.ndjson', 'of yesterday\n');
      write('quote.csv', `customerExternalId,type,payload.a\nuser_42,a,1\nuser_42,a,"2\nuser_42,a,3\n`);
      const [header, quote] = await Promise.all([
        run('header.csv', '--app', 'acme'),
        run('quote.csv', '--app', 'acme'),
      ]);
      expect(header).toEqual({
        code: 1,
        stdout: '',
        stderr:
          'The column "typ" is not a known field; did you mean type? (--map "typ=FIELD" maps it, --ignore "typ" passes over it)\n',
      });
      expect(read('header.csv.rejected.ndjson')).toBe('of yesterday\n');
      expect(quote).toMatchObject({ code: 1, stdout: '' });
      expect(quote.stderr).toMatch(
        /^The file is not well-formed CSV: a quote is opened and never closed, found at line 3 \(.*\n$/,
      );
    });
  });

  describe('writes rejected lines to a file', () => {
    it('with number, reason and content; once fixed, that file is imported as it is', async () => {
      const externalId = await customer('fix');
      const good = line({ customerExternalId: externalId, eventId: 'fix-1' });
      const wrong = [
        `{"customerExternalId":"${externalId}", "type":"Order", "eventId":"fix-2", "payload":{"n":1.50}}`,
        `{"customerExternalId":"${externalId}","type":"a","eventId":"fix-3"`,
        line({ customerExternalId: 'nobody', eventId: 'fix-4' }),
      ];
      const latin1 = Buffer.from(
        `{"customerExternalId":"${externalId}","type":"a","eventId":"fix-5","payload":{"s":"é"}}`,
        'latin1',
      );
      const tooLong = `{"customerExternalId":"${'x'.repeat(200_000)}"}`;
      write(
        'fix.ndjson',
        Buffer.concat([Buffer.from(`${[good, ...wrong].join('\n')}\n\n`), latin1, Buffer.from(`\n${tooLong}\n`)]),
      );
      const { errors, ...counts } = await imported(2, 'fix.ndjson');
      expect(counts).toMatchObject({
        finished: true,
        throughLine: 7,
        lines: 6,
        created: 1,
        rejected: 5,
        rejectedFile: 'fix.ndjson.rejected.ndjson',
      });
      expect(errors.map((error) => [error.line, error.code])).toEqual([
        [2, 'VALIDATION_ERROR'],
        [3, 'VALIDATION_ERROR'],
        [4, 'CUSTOMER_NOT_FOUND'],
        [6, 'VALIDATION_ERROR'],
        [7, 'PAYLOAD_TOO_LARGE'],
      ]);

      const rejected = read('fix.ndjson.rejected.ndjson').trimEnd().split('\n');
      expect(rejected).toHaveLength(5);
      for (const [n, text] of rejected.entries()) {
        const { line: number, code, message, details } = errors[n] as ImportSummary['errors'][number];
        expect((JSON.parse(text) as { rejected: unknown }).rejected).toEqual({
          line: number,
          code,
          message,
          ...(details === undefined ? {} : { details }),
        });
      }
      expect(rejected[0]).toContain(`"event":${wrong[0]}`);

      // As an operator would: with an editor, leaving what names the fault where it is.
      const fixed = rejected
        .slice(0, 4)
        .join('\n')
        .replace('"type":"Order"', '"type":"order"')
        .replace('\\"fix-3\\"', '\\"fix-3\\"}')
        .replace('"nobody"', `"${externalId}"`)
        .replace('"undecodable":', '"text":');
      write('fixed.ndjson', fixed);
      expect(await imported(0, 'fixed.ndjson')).toMatchObject({ lines: 4, created: 4, rejected: 0 });
      expect(await rowsWith('fix')).toBe(5);
      expect(await payloads(externalId)).toEqual(expect.arrayContaining(['{"n":1.50}', '{"s":"é"}']));

      // Rejected once more, and under its own name.
      expect(await imported(2, 'fix.ndjson.rejected.ndjson')).toMatchObject({ lines: 5, created: 0, rejected: 5 });
      expect(existsSync(path('fix.ndjson.rejected.ndjson.rejected.ndjson'))).toBe(true);
    });

    it('rows of CSV as the events that they make, and where it is told to', async () => {
      const externalId = await customer('fix-csv');
      write(
        'rows.csv',
        `customerExternalId,type,eventId,payload.n\n${externalId},Order,row-1,1.50\n${externalId},a\n${externalId},order,row-2,2\n`,
      );
      const { rejectedFile, errors } = await imported(2, 'rows.csv', '--rejected', 'elsewhere.ndjson');
      expect(rejectedFile).toBe('elsewhere.ndjson');
      expect(errors).toMatchObject([
        { line: 2, code: 'VALIDATION_ERROR' },
        { line: 3, code: 'VALIDATION_ERROR', details: { line: ['has 2 cells, but the header has 4'] } },
      ]);
      write('rows.ndjson', read('elsewhere.ndjson').split('\n')[0]?.replace('"Order"', '"order"') ?? '');
      expect(await imported(0, 'rows.ndjson')).toMatchObject({ created: 1 });
      expect((await payloads(externalId)).sort()).toEqual(['{"n":1.50}', '{"n":2}']);
    });

    it('but not over the file that it reads, and not where it cannot', async () => {
      write('self.ndjson', line({ type: 'NO' }));
      const [over, nowhere] = await Promise.all([
        run('self.ndjson', '--app', 'acme', '--rejected', './self.ndjson'),
        run('self.ndjson', '--app', 'acme', '--rejected', 'no/such/folder.ndjson'),
      ]);
      // Alone: its progress file would be that of an earlier import to the others.
      const device = await run('self.ndjson', '--app', 'acme', '--rejected', '/dev/null');
      expect(over).toEqual({
        code: 1,
        stdout: '',
        stderr: 'Nothing can be written to self.ndjson, which is imported\n',
      });
      expect(nowhere).toEqual({
        code: 1,
        stdout: '',
        stderr:
          'Rejected lines cannot be written to no/such/folder.ndjson (ENOENT): name another one with --rejected\n',
      });
      expect(device).toMatchObject({ code: 2, stderr: '' });
      expect(statSync('/dev/null').isFile()).toBe(false);
      expect(read('self.ndjson')).toBe(line({ type: 'NO' }));
    });
  });

  it('says in one line that it cannot write down how far it came', async () => {
    write('stateless.ndjson', line({ eventId: 'stateless' }));
    // Root may write everywhere, but no file in a folder that is not there.
    symlinkSync('no/such/folder', path('stateless.ndjson.import-state.json'));
    expect(await run('stateless.ndjson', '--app', 'acme')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^The progress of the import cannot be written to stateless\.ndjson\.import-state\.json \(it is a symbolic link\): name another one with --state\n$/,
      ),
    });
  });

  it('with --dry-run checks every line and writes none', async () => {
    const before = await service.database.query('SELECT count(*) FROM customer_events');
    await service.post('/customer-events', line({ eventId: 'dry-there' })).expect(201);
    write(
      'dry.ndjson',
      [
        ...manyLines(1_200, 'dry'),
        line({ type: 'NO' }),
        line({ eventId: 'dry-there' }),
        line({ eventId: 'dry-there', type: 'other' }),
        line({ customerExternalId: 'nobody' }),
      ].join('\n'),
    );
    const { errors, ...counts } = await imported(2, 'dry.ndjson', '--dry-run');
    expect(counts).toMatchObject({
      dryRun: true,
      finished: true,
      lines: 1_204,
      created: 1_200,
      replayed: 1,
      rejected: 3,
    });
    expect(errors.map((error) => [error.line, error.code])).toEqual([
      [1_201, 'VALIDATION_ERROR'],
      [1_203, 'EVENT_ID_CONFLICT'],
      [1_204, 'CUSTOMER_NOT_FOUND'],
    ]);
    expect(await rowsWith('dry')).toBe(1);
    expect(await service.database.query('SELECT count(*)::int - 1 AS count FROM customer_events')).toEqual(
      before.map((row) => ({ count: Number((row as { count: string }).count) })),
    );
  });

  describe('interrupted', () => {
    /** An import has two chunks of 1,000 lines under way at once: it waits in the second and third, and not at its end. */
    const LINES = 4_000;
    const BAR = 1_000;
    const isWrong = (n: number): boolean => n === 7 || n === BAR + 7;
    beforeAll(() => {
      piped ??= startPiped();
    });
    /** The line of a customer at whom an import can be stopped is the first of the second chunk. */
    const history = (externalId: string, prefix: string, fields: object = {}): string[] =>
      Array.from({ length: LINES }, (_, n) => {
        const type = isWrong(n) ? 'NOT IN ORDER' : 'order.placed';
        return line({
          customerExternalId: n === BAR ? `${externalId}-bar` : externalId,
          type,
          payload: { n },
          eventId: `${prefix}-${n}`,
          ...fields,
        });
      });
    const expectEachOnce = async (externalId: string): Promise<void> => {
      const stored = [...(await payloads(externalId)), ...(await payloads(`${externalId}-bar`))].map(
        (text) => (JSON.parse(text) as { n: number }).n,
      );
      const expected = Array.from({ length: LINES }, (_, n) => n).filter((n) => !isWrong(n));
      expect(stored.sort((a, b) => a - b)).toEqual(expected);
    };
    const customersOf = async (externalId: string): Promise<() => Promise<void>> => {
      await customer(externalId);
      await customer(`${externalId}-bar`);
      return service.database.lockCustomers('external_id', `${externalId}-bar`);
    };

    it('by Ctrl-C ends after the chunk, says where, and --resume goes on: each event is there once, without eventIds too', async () => {
      const externalId = 'stopped';
      const release = await customersOf(externalId);
      const file = write(`${externalId}.ndjson`, history(externalId, 'none', { eventId: undefined }).join('\n'));
      const command = start([file, '--app', 'acme']);
      await service.database.untilWaiting(1);
      command.kill('SIGINT');
      await command.prints(/stopping after this chunk/);
      await release();
      const { code, stdout } = await outcomeOf(command);
      expect(code).toBe(1);
      expect(stdout).toMatch(/It ended after line \d+: interrupted; --resume goes on from there\n$/);
      const through = Number(/after line (\d+)/.exec(stdout)?.[1]);
      expect(through).toBeGreaterThan(BAR);
      expect(through).toBeLessThan(LINES);
      expect((await payloads(externalId)).length + (await payloads(`${externalId}-bar`)).length).toBe(
        through - (through > BAR + 7 ? 2 : 1),
      );

      const refused = await Promise.all([
        run(file, '--app', 'other', '--resume'),
        run(write('fresh.ndjson', ''), '--app', 'acme', '--resume'),
      ]);
      expect(refused).toEqual(
        [
          'The interrupted import of stopped.ndjson was for the app "acme"',
          'There is no interrupted import of fresh.ndjson that could be resumed',
        ].map((message) => ({ code: 1, stdout: '', stderr: `${message}\n` })),
      );
      const resumed = await imported(2, file, '--resume');
      expect(resumed).toMatchObject({
        finished: true,
        throughLine: LINES,
        lines: LINES,
        created: LINES - 2,
        replayed: 0,
        rejected: 2,
      });
      const rejected = read(`${file}.rejected.ndjson`).trimEnd().split('\n');
      expect(rejected.map((text) => (JSON.parse(text) as { rejected: { line: number } }).rejected.line)).toEqual([
        8,
        BAR + 8,
      ]);
      await expectEachOnce(externalId);
      expect(existsSync(path(`${file}.import-state.json`))).toBe(false);
    });

    it('by kill -9, ends with the same file again with each event once', async () => {
      const release = await customersOf('killed');
      const file = write('killed.ndjson', history('killed', 'killed').join('\n'));
      const command = start([file, '--app', 'acme']);
      await service.database.untilWaiting(1);
      command.kill('SIGKILL');
      expect(await command.ends()).toEqual({ code: null, signal: 'SIGKILL' });
      await release();
      expect(await rowsWith('killed')).toBeGreaterThanOrEqual(BAR - 1);

      const { code, stdout, stderr } = await run(file, '--app', 'acme', '--json');
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(
          /^An earlier import of killed.ndjson ended after line \d+; this one begins at line 1 again \(--resume goes on there\)\n$/,
        ),
      });
      const { events } = JSON.parse(stdout) as { events: ImportSummary };
      expect(events).toMatchObject({ finished: true, lines: LINES, rejected: 2 });
      expect(events.created + (events.replayed ?? 0)).toBe(LINES - 2);
      await expectEachOnce('killed');
    });

    it('by kill -9, without eventIds, says what may be stored already, and stores nothing a second time unasked', async () => {
      const release = await customersOf('unkeyed');
      const file = write('unkeyed.ndjson', history('unkeyed', 'unkeyed', { eventId: undefined }).join('\n'));
      const command = start([file, '--app', 'acme']);
      await service.database.untilWaiting(1);
      command.kill('SIGKILL');
      await command.ends();
      await release();
      const before = (await payloads('unkeyed')).length;
      expect(before).toBeGreaterThan(0);

      for (const [args, message] of [
        [['--resume'], /^It is not known what is stored of lines \d+ to \d+ of unkeyed\.ndjson: \d+ events without/],
        [
          [],
          /^An earlier import of unkeyed\.ndjson ended after line \d+: --resume goes on there\. From its beginning \d+ events/,
        ],
      ] as const) {
        const { code, stderr } = await run(file, '--app', 'acme', ...args);
        expect(code).toBe(1);
        expect(stderr).toMatch(message);
      }
      // What the killed process had sent may still have been committed.
      expect((await payloads('unkeyed')).length).toBeGreaterThanOrEqual(before);
      expect((await run(file, '--app', 'acme', '--resume', '--again')).code).toBe(2);
      const stored = [...(await payloads('unkeyed')), ...(await payloads('unkeyed-bar'))];
      const numbers = new Set(stored.map((text) => (JSON.parse(text) as { n: number }).n));
      expect(numbers.size).toBe(LINES - 2);
    });

    it('by a database that goes away for a moment, goes on when it is back', async () => {
      const release = await customersOf('back');
      const file = write('back.ndjson', history('back', 'back').join('\n'));
      const command = start([file, '--app', 'acme', '--json'], 'ignore', 60_000);
      await service.database.untilWaiting(1);
      await service.database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      await release();
      const { code, stdout } = await outcomeOf(command);
      expect(code).toBe(2);
      const { events } = JSON.parse(stdout) as { events: ImportSummary };
      expect(events).toMatchObject({ finished: true, lines: LINES, rejected: 2 });
      await expectEachOnce('back');
    });

    it('by a database that goes away, says so, and how far it came', async () => {
      const release = await customersOf('away');
      const file = write('away.ndjson', history('away', 'away').join('\n'));
      const command = start([file, '--app', 'acme']);
      await service.database.untilWaiting(1);
      await service.database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      const { code, stdout, stderr } = await outcomeOf(command);
      await release();
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(stdout).toMatch(/It ended after line \d+: [^\n]*--resume goes on from there\n$/);

      const lines = read(file).split('\n');
      write(file, [lines[0]?.replace('order.placed', 'order.changed'), ...lines.slice(1)].join('\n'));
      const changed = await run(file, '--app', 'acme', '--resume');
      expect(changed).toMatchObject({ code: 1, stdout: '' });
      expect(changed.stderr).toMatch(
        /^away\.ndjson was changed in the part that was imported already, up to line \d+\. From its beginning nothing is stored twice/,
      );
      // The same content, whatever the file's time.
      write(file, lines.join('\n'));
      expect(await imported(2, file, '--resume')).toMatchObject({ finished: true, lines: LINES, rejected: 2 });
      await expectEachOnce('away');
    });
  });

  /** Begun before it is looked at: the first line comes after five seconds. */
  let piped: Child | undefined;
  const startPiped = (): Child => {
    const command = start(['-', '--app', 'acme'], 'pipe');
    command.process.stdin?.write(`${manyLines(1_200, 'progress').join('\n')}\n${line({ type: 'NO' })}\n`);
    return command;
  };

  it('without a terminal tells every few seconds how it stands', async () => {
    const command = (piped ??= startPiped());
    await command.prints(/^events: [1-9]\d* lines, \d+\/s, 0 rejected\n/m);
    command.process.stdin?.end();
    expect((await outcomeOf(command)).code).toBe(2);
    expect(command.stderr()).not.toMatch(/\u001b/);
    expect(read('stdin.rejected.ndjson')).toContain('"line":1201');
  });

  describe('--create-customers', () => {
    it('fills an empty installation from two exports', async () => {
      write(
        'customers.csv',
        'externalId,email,name,phone,avatarUrl,metadata.plan,metadata.seats\n' +
          'cu_1,ada@example.org,Ada Lovelace,+44 20 7946 0000,https://example.org/ada.png,pro,5\n' +
          'cu_2,grace@example.org,"Hopper, Grace",,,free,\n' +
          'cu_3,no address,Nobody,,,,\n',
      );
      write(
        'orders.csv',
        'customerExternalId,type,eventId,occurredAt,payload.total\ncu_1,order.placed,cu-1,2019-01-01,9.90\ncu_2,order.placed,cu-2,2020-01-01,19.90\ncu_3,order.placed,cu-3,2021-01-01,1\n',
      );

      const dry = await summaries(2, 'orders.csv', '--create-customers', 'customers.csv', '--dry-run');
      expect(dry).toMatchObject({
        customers: { dryRun: true, created: 2, updated: 0, rejected: 1 },
        events: { dryRun: true, created: 2, rejected: 1 },
      });
      await service.get('/customers/cu_1').expect(404);

      const { customers, events } = await summaries(2, 'orders.csv', '--create-customers', 'customers.csv');
      expect(customers).toMatchObject({
        finished: true,
        lines: 3,
        created: 2,
        updated: 0,
        rejected: 1,
        rejectedFile: 'customers.csv.rejected.csv',
      });
      expect(customers?.errors).toMatchObject([
        { line: 4, code: 'VALIDATION_ERROR', details: { email: expect.anything() } },
      ]);
      expect(events).toMatchObject({ finished: true, created: 2, rejected: 1 });
      expect((await service.get('/customers/cu_1').expect(200)).body.data).toMatchObject({
        externalId: 'cu_1',
        email: 'ada@example.org',
        name: 'Ada Lovelace',
        phone: '+44 20 7946 0000',
        avatarUrl: 'https://example.org/ada.png',
        metadata: { plan: 'pro', seats: 5 },
      });
      expect(await payloads('cu_1')).toEqual(['{"total":9.90}']);
      expect(await payloads('cu_2')).toEqual(['{"total":19.90}']);

      const rejected = read('customers.csv.rejected.csv');
      expect(rejected).toMatch(
        /^rejectedLine,rejectedReason,externalId,email,name,phone,avatarUrl,metadata\.plan,metadata\.seats\n4,"VALIDATION_ERROR: \{""email"":[^\n]*\}",cu_3,no address,Nobody,,,,\n$/,
      );
      write('fixed.csv', rejected.replace('no address', 'nobody@example.org'));
      const again = await summaries(0, 'orders.csv', '--create-customers', 'fixed.csv');
      expect(again).toMatchObject({
        customers: { created: 1, updated: 0, rejected: 0 },
        events: { created: 1, replayed: 2, rejected: 0 },
      });
      expect(await payloads('cu_3')).toEqual(['{"total":1}']);
    });

    it('that breaks off says so, and imports no event', async () => {
      write('breaks.csv', 'externalId,email,name\nbr_1,br_1@example.org,One\nbr_2,br_2@example.org,"Two\n');
      write('breaks.ndjson', line({ eventId: 'breaks-1' }));
      const { code, stdout, stderr } = await run('breaks.ndjson', '--app', 'acme', '--create-customers', 'breaks.csv');
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^The file is not well-formed CSV: .* found at line 3 .*\n$/);
      await service.get('/customers/br_1').expect(404);

      // Standard input cannot be looked at before.
      const piped = start(['-', '--customers-only', '--app', 'acme'], 'pipe');
      piped.process.stdin?.end(read('breaks.csv'));
      const outcome = await outcomeOf(piped);
      expect(outcome).toMatchObject({ code: 1, stderr: '' });
      expect(outcome.stdout).toMatch(
        /^Imported customers from -: .*\nIt ended after line \d+: The file is not well-formed CSV: .*; it may be imported again from its beginning\n$/,
      );
      expect(await rowsWith('breaks')).toBe(0);
    });
  });

  it('refuses in a line what cannot begin', async () => {
    write('begins.ndjson', line({ eventId: 'begins-1' }));
    write('begins.csv', 'externalId,email,name\nbegins,begins@example.com,Begins\n');
    const cases: readonly (readonly [string[], RegExp])[] = [
      [['begins.ndjson', '--app', 'nobody'], /^There is no app "nobody"\n$/],
      [
        ['nothing.ndjson', '--app', 'acme', '--create-customers', 'begins.csv'],
        /^There is no file "nothing\.ndjson"\n$/,
      ],
      [['begins.ndjson', '--app', 'acme', '--create-customers', 'nothing.csv'], /^There is no file "nothing\.csv"\n$/],
      [['.', '--app', 'acme'], /^"\." is a folder: name a file in it\n$/],
      [['pipe', '--app', 'acme'], /^"pipe" is no file: to import what comes from a pipe, give - and < "pipe"\n$/],
      [['begins.ndjson', '--app', 'acme', '--delimiter', ';;'], /expected one character/],
    ];
    execFileSync('mkfifo', [path('pipe')]);
    const outcomes = await Promise.all(cases.map(([args]) => run(...args)));
    for (const [n, { code, stdout, stderr }] of outcomes.entries()) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(cases[n]?.[1] as RegExp);
      expect(stderr).not.toMatch(/\n\s+at |node_modules/);
    }
    expect(await rowsWith('begins')).toBe(0);
    await service.get('/customers/begins').expect(404);
  });
});

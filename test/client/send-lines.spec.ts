import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/child.ts';
import { outcomeOf, startServedClient, type ServedClient } from '../support/client-command.ts';
import { startHttpFaultProxy, type HttpFault } from '../support/http-fault-proxy.ts';
import { FULL } from '../support/drill.ts';

const MAX_LINE_BYTES = 2_097_152;

interface Line {
  readonly type: string;
  readonly eventId?: string;
}

describe('send --ndjson, of the command line of the client', () => {
  let served: ServedClient;

  beforeAll(async () => {
    served = await startServedClient();
  });
  afterAll(() => served.close());

  const at = (name: string): string => join(served.commands.folder, name);
  const rejectedLines = (name: string): { rejected: { line: number; code: string } }[] =>
    readFileSync(at(`${name}.rejected.ndjson`), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { rejected: { line: number; code: string } });

  /** A file with so many lines, of one type. */
  function write(name: string, count: number, type: string, withIds = true): void {
    const lines = Array.from({ length: count }, (_, index) => {
      const eventId = withIds ? `,"eventId":"${type}-${index + 1}"` : '';
      return `{"customerExternalId":"user_42","type":"${type}","payload":{"n":${index + 1}},"occurredAt":"2026-01-01"${eventId}}\n`;
    });
    writeFileSync(at(name), lines.join(''));
  }

  /** The numbers in the stored events of a type, in order: each has to be there once. */
  async function stored(type: string): Promise<number[]> {
    const rows = await served.service.database.query<Line & { n: string }>(
      `SELECT payload->>'n' AS n FROM customer_events WHERE type = $1`,
      [type],
    );
    return rows.map(({ n }) => Number(n)).sort((a, b) => a - b);
  }
  const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

  const run = (args: string[], more: Record<string, string> = {}, input?: string) =>
    served.commands.run(['send', '--ndjson', ...args], { ...served.settings, ...more }, input);
  const start = (args: string[], more: Record<string, string> = {}, input?: 'open') =>
    served.commands.start(['send', '--ndjson', ...args], { ...served.settings, ...more }, input);

  it('stores each line of a file once, whatever happens on the way', async () => {
    write('faults', 3_000, 'faults');
    const refusal = (status: number): HttpFault => ({ status, headers: { 'Retry-After': '1' }, body: '{}' });
    const faults: HttpFault[] = ['cut-after', 'cut-before', refusal(503), 'half-a-response', refusal(429), 'cut-after'];
    const proxy = await startHttpFaultProxy(served.settings.CUSTOMER_EVENTS_URL, faults);
    const outcome = await run(['faults'], { CUSTOMER_EVENTS_URL: proxy.url });
    await proxy.close();
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toMatch(
      /^Sent events from faults: 3000 lines in \d+\.\d s, \d+ created, \d+ replayed, 0 rejected\n$/,
    );
    expect(await stored('faults')).toEqual(numbersTo(3_000));
    expect(existsSync(at('faults.rejected.ndjson'))).toBe(false);
  });

  it('reads standard input, and says once that lines without an eventId are not to be sent twice', async () => {
    write('stdin', 700, 'stdin', false);
    const outcome = await run(['-', '--json'], {}, readFileSync(at('stdin'), 'utf8'));
    expect(outcome).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Line 1 has no eventId[^\n]*\n$/) });
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      finished: true,
      lines: 700,
      created: 700,
      rejected: 0,
    });
    expect(JSON.parse(outcome.stdout)).not.toHaveProperty('failure');
    expect(await stored('stdin')).toEqual(numbersTo(700));
  });

  it('tells each hostile line by its number, keeps it to be fixed, and delivers all others', async () => {
    const event = '"customerExternalId":"user_42","type":"hostile"';
    const lines: [string | Buffer, string?][] = [
      [`{${event},"payload":{"n":1},"eventId":"h1"}`],
      ['{"customerExternalId":', 'VALIDATION_ERROR'],
      ['[1,2]', 'VALIDATION_ERROR'],
      [`{${event},"type":"hostile"}`, 'VALIDATION_ERROR'],
      [`{${event},"occuredAt":"2026-01-01"}`, 'VALIDATION_ERROR'],
      [`{${event},"__proto__":{"a":1}}`, 'VALIDATION_ERROR'],
      [`{${event},"payload":[]}`, 'VALIDATION_ERROR'],
      [`{${event},"payload":{"a":${'['.repeat(200)}${']'.repeat(200)}}}`, 'VALIDATION_ERROR'],
      ['{"customerExternalId":"nobody\u202e","type":"hostile","payload":{"n":0}}', 'CUSTOMER_NOT_FOUND'],
      ['{"customerExternalId":"\\u001b[2J","type":"hostile"}', 'VALIDATION_ERROR'],
      [
        Buffer.concat([Buffer.from(`{${event},"payload":{"a":"`), Buffer.from([0xc3, 0x28]), Buffer.from('"}}')]),
        'VALIDATION_ERROR',
      ],
      [`{${event},"payload":{"a":"${'x'.repeat(100_000)}"}}`, 'PAYLOAD_TOO_LARGE'],
      [`{${event},"payload":{"a":"${'x'.repeat(MAX_LINE_BYTES)}"}}`, 'PAYLOAD_TOO_LARGE'],
      [''],
      [
        `{"customerExternalId":"user_42","type":"text","payload":{"n":2,"__proto__":1e400,"u":"\\u0000\\ud800"},"eventId":"h2"}\r`,
      ],
    ];
    writeFileSync(
      at('hostile'),
      Buffer.concat(lines.flatMap(([line]) => [Buffer.from(line as string), Buffer.from('\n')])),
    );
    const outcome = await run(['hostile']);
    expect(outcome.code).toBe(2);
    expect(outcome.stdout).toMatch(
      /14 lines .* 2 created, 0 replayed, 12 rejected\nRejected lines: hostile\.rejected\.ndjson/,
    );
    const expected = lines.flatMap(([, code], index) => (code === undefined ? [] : [{ line: index + 1, code }]));
    const rejected = rejectedLines('hostile').map(({ rejected: { line, code } }) => ({ line, code }));
    expect(rejected.sort((a, b) => a.line - b.line)).toEqual(expected);
    for (const { line, code } of expected) expect(outcome.stderr).toContain(`line ${line}: ${code}: `);
    expect(outcome.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(statSync(at('hostile.rejected.ndjson')).mode & 0o777).toBe(0o600);
    expect(await stored('hostile')).toEqual([1]);
    const [{ payload }] = (await served.service.database.query<{ payload: string }>(
      `SELECT payload::text AS payload FROM customer_events WHERE event_id = 'h2'`,
    )) as [{ payload: string }];
    expect(payload).toBe('{"n":2,"__proto__":1e400,"u":"\\u0000\\ud800"}');
  });

  it('sends a file of rejected lines when they are fixed', async () => {
    const line = (customer: string) =>
      `{"customerExternalId":"${customer}","type":"fixed","payload":{"n":1},"eventId":"f1"}`;
    writeFileSync(at('wrong'), `${line('nobody')}\n{${line('user_42')}\n`);
    expect(await run(['wrong'])).toMatchObject({ code: 2 });
    const fixed = readFileSync(at('wrong.rejected.ndjson'), 'utf8')
      .replace('nobody', 'user_42')
      .replace('"text":"{{', '"text":"{');
    writeFileSync(at('fixed'), fixed);
    expect(await run(['fixed'])).toMatchObject({ code: 0, stdout: expect.stringContaining('1 created, 1 replayed') });
    expect(await stored('fixed')).toEqual([1]);
  });

  it('sent again after a kill -9 stores each line once', async () => {
    write('killed', 10_000, 'killed');
    const child = start(['killed']);
    await until(async () => (await stored('killed')).length > 1_000);
    child.kill('SIGKILL');
    await child.ends();
    expect((await stored('killed')).length).toBeLessThan(10_000);
    expect(await run(['killed'])).toMatchObject({ code: 0 });
    expect(await stored('killed')).toEqual(numbersTo(10_000));
  });

  it('interrupted by Ctrl-C says where it ended, and goes on there; no line needs an eventId for that', async () => {
    write('interrupted', 10_000, 'interrupted', false);
    const proxy = await startHttpFaultProxy(served.settings.CUSTOMER_EVENTS_URL, ['cut-before', 'cut-after']);
    const child = start(['interrupted'], { CUSTOMER_EVENTS_URL: proxy.url });
    await until(async () => (await stored('interrupted')).length > 1_000);
    // What is sent from now on gets no response, so that some of it is in flight at the end.
    await proxy.close();
    child.kill('SIGINT');
    const outcome = await outcomeOf(child);
    expect(outcome.code).toBe(1);
    const [, undelivered, from] =
      /Not delivered: (\d+) lines, in interrupted\.undelivered\.ndjson.*\n.*interrupted; --from-line (\d+)/.exec(
        outcome.stdout,
      ) as unknown as [string, string, string];
    expect(Number(undelivered)).toBeGreaterThan(0);
    const rest = await Promise.all([
      run(['interrupted.undelivered.ndjson']),
      run(['interrupted', '--from-line', from]),
    ]);
    expect(rest.map(({ code }) => code)).toEqual([0, 0]);
    expect(await stored('interrupted')).toEqual(numbersTo(10_000));
  });

  it('stops where nobody takes a line in time, and keeps what it had read of it', async () => {
    write('away', 5_000, 'away', false);
    const proxy = await startHttpFaultProxy(served.settings.CUSTOMER_EVENTS_URL, []);
    await proxy.close();
    const outcome = await run(['away', '--timeout', '1', '--json'], { CUSTOMER_EVENTS_URL: proxy.url });
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('trying again') });
    const { throughLine, undelivered } = JSON.parse(outcome.stdout) as { throughLine: number; undelivered: number };
    expect(undelivered).toBe(throughLine);
    expect(readFileSync(at('away.undelivered.ndjson'), 'utf8').trimEnd().split('\n')).toHaveLength(undelivered);
  });

  it('with a wrong key ends at once, and no line counts as refused', async () => {
    write('key', 5_000, 'key');
    const outcome = await run(['key'], { CUSTOMER_EVENTS_KEY: 'sk_live_agent_wrong' });
    expect(outcome).toMatchObject({ code: 1, stdout: expect.stringContaining(' 0 created, 0 replayed, 0 rejected') });
    expect(outcome.stdout).toContain('AUTH_API_KEY_INVALID');
    const unusable = await run(['key'], { CUSTOMER_EVENTS_KEY: 'sk_live wrong' });
    expect(unusable).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('key must be an agent key'),
    });
    expect(existsSync(at('key.rejected.ndjson'))).toBe(false);
  });

  it('delivers all where who reads its output has gone away', async () => {
    write('pipe', 2_000, 'pipe');
    const child = start(['pipe']);
    child.process.stdout?.destroy();
    child.process.stderr?.destroy();
    expect(await child.ends()).toMatchObject({ code: 0 });
    expect(await stored('pipe')).toEqual(numbersTo(2_000));
  });

  it('waits for more of an open standard input, and delivers meanwhile', async () => {
    const child = start(['-'], {}, 'open');
    child.process.stdin?.write('{"customerExternalId":"user_42","type":"open","payload":{"n":1}}\n{"customer');
    await until(async () => (await stored('open')).length === 1);
    child.process.stdin?.end('ExternalId":"user_42","type":"open","payload":{"n":2}}');
    expect(await child.ends()).toMatchObject({ code: 0 });
    expect(await stored('open')).toEqual([1, 2]);
  });

  it.each([
    ['CSV', 'customerExternalId,type\n', 'This is not NDJSON'],
    ['an array', '[{"type":"a"}]', 'JSON array'],
    ['gzip', gzipSync('{}'), 'gunzip'],
  ])('refuses %s before anything is sent', async (what, content, told) => {
    const name = `form-${what.replace(' ', '-')}`;
    writeFileSync(at(name), content);
    expect(await run([name])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(told) });
  });

  it('refuses to write rejected lines into another file, or through a link', async () => {
    write('other', 1, 'other');
    writeFileSync(at('other.rejected.ndjson'), 'mine\n');
    expect(await run(['other'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('name another file with --rejected'),
    });
    symlinkSync(at('other.rejected.ndjson'), at('link'));
    expect(await run(['other', '--rejected', 'link'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is no regular file'),
    });
    expect(await run(['nowhere'])).toMatchObject({ code: 1, stderr: 'There is no file "nowhere"\n' });
    expect(await stored('other')).toEqual([]);
    expect(readFileSync(at('other.rejected.ndjson'), 'utf8')).toBe('mine\n');
  });

  (FULL ? it : it.skip)(
    'sends 1,000,000 lines with a heap of 48 MB (DRILL=full)',
    async () => {
      const line = (n: number) =>
        `{"customerExternalId":"user_42","type":"million","payload":{"n":${n},"text":"${'x'.repeat(100)}"},"eventId":"m-${n}"}\n`;
      const child = served.commands.start(['send', '--ndjson', '-'], served.settings, 'open', [
        '--max-old-space-size=48',
      ]);
      for (let n = 1; n <= 1_000_000; n += 1_000) {
        const lines = Array.from({ length: 1_000 }, (_, index) => line(n + index)).join('');
        if (child.process.stdin?.write(lines) === false)
          await new Promise((drained) => child.process.stdin?.once('drain', drained));
      }
      child.process.stdin?.end();
      expect(await child.ends()).toMatchObject({ code: 0 });
      expect(child.stdout()).toContain('1000000 created');
    },
    1_800_000,
  );
});

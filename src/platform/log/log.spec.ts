import { Logger } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { bufferedOutput } from './buffered-output.ts';
import { describeCause, describeError } from './describe-error.ts';
import { LogThrottle } from './log-throttle.ts';
import { ServiceLog } from './service-log.ts';
import { terminalLine } from './terminal-line.ts';

describe('the log', () => {
  const lines: string[] = [];
  const origin = { instance: 'a1b2c3d4', version: '1.2.3' };
  const log = new ServiceLog({ logLevel: 'debug' }, origin, { write: (line) => void lines.push(line) });
  const told = (): Record<string, unknown> => JSON.parse(lines.splice(0).join('')) as Record<string, unknown>;

  it('gives what Nest logs the shape of all lines', () => {
    log.warn('a\n{"forged":1}', 'Context');
    expect(told()).toEqual({
      level: 'warn',
      time: expect.any(String),
      ...origin,
      context: 'Context',
      msg: 'a\n{"forged":1}',
    });
    log.error('it failed', 'at a stack', 'Context');
    expect(told()).toMatchObject({ level: 'error', context: 'Context', msg: 'it failed' });
    log.log({ code: 'A', cause: { name: 'B' } }, 'Context');
    expect(told()).toMatchObject({ level: 'info', context: 'Context', code: 'A', cause: { name: 'B' } });
  });

  it('names the instance and the version in a line whose members are JSON already, too', () => {
    log.line('info', '"status":200', 'request');
    expect(told()).toEqual({ level: 'info', time: expect.any(String), ...origin, status: 200, msg: 'request' });
  });

  it("takes Nest's own start for debug", () => {
    log.log('AppModule dependencies initialized', 'InstanceLoader');
    expect(told()).toMatchObject({ level: 'debug' });
  });

  it('is what Logger writes to', () => {
    Logger.overrideLogger(log);
    new Logger('Part').error({ code: 'X' });
    expect(told()).toMatchObject({ level: 'error', context: 'Part', code: 'X' });
  });

  it('never repeats the message of a database, nor its statement', () => {
    const error = Object.assign(new Error('Key (email)=(a@b.c) already exists'), {
      severity: 'ERROR',
      code: '23505',
      query: 'INSERT',
      parameters: ['a@b.c'],
    });
    log.error(error, 'Context');
    expect(lines.join('')).not.toMatch(/a@b\.c|INSERT/);
    expect(told()).toMatchObject({ error: { code: '23505' } });
  });
});

describe('describeCause', () => {
  it('has no stack, which describeError has', () => {
    const error = Object.assign(new Error('it is away'), { code: 'ECONNREFUSED' });
    expect(describeCause(error)).toEqual({ name: 'Error', code: 'ECONNREFUSED', message: 'it is away' });
    expect(describeError(error)).toEqual({
      ...describeCause(error),
      stack: expect.arrayContaining([expect.stringMatching(/^at .*log\.spec\.ts/)]),
    });
    expect([describeCause('text'), describeError(undefined)]).toEqual([{ name: 'string' }, { name: 'undefined' }]);
  });

  it('has the message of a statement whose connection broke, and of no other failed statement', () => {
    const failed = (driverError: object): Error => Object.assign(new Error('quoted'), { ...driverError, driverError });
    const named = (error: Error): Error => Object.assign(error, { name: 'QueryFailedError' });
    expect(describeCause(named(failed(new Error('Connection terminated'))))).toHaveProperty('message', 'quoted');
    expect(describeCause(named(failed(new TypeError('x')))).message).toBeUndefined();
    expect(describeCause(named(failed({ name: 'Error', severity: 'ERROR' }))).message).toBeUndefined();
  });
});

describe('a line on a terminal', () => {
  it('shows the members after the message', () => {
    const line = terminalLine(
      '{"level":"info","time":"2026-04-18T10:00:00.123Z","status":201,"route":"/a/:b","msg":"request"}',
    );

    expect(line.replace(/\x1b\[\d+m/g, '')).toBe('10:00:00.123 info  request status=201 route=/a/:b\n');
  });

  it('does not repeat which instance of which version it is', () => {
    const line = terminalLine(
      '{"level":"info","time":"2026-04-18T10:00:00.123Z","instance":"a1b2c3d4","version":"1.2.3","msg":"request"}',
    );

    expect(line.replace(/\x1b\[\d+m/g, '')).toBe('10:00:00.123 info  request\n');
  });

  it('cannot be broken, or coloured, by a value', () => {
    const line = terminalLine(
      JSON.stringify({ level: 'warn', time: '', a: '\x1b[2J\r\x9b2J', msg: '\x1b]0;title\x07' }),
    );

    expect(line.replace(/\x1b\[\d+m/g, '')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });
});

describe('LogThrottle', () => {
  it('lets the first few of a second pass, and then tells how many it left out', () => {
    const throttle = new LogThrottle(2);
    expect([0, 1, 2, 999, 1_000, 1_001, 1_002].map((now) => throttle.pass(now))).toEqual([
      0,
      0,
      null,
      null,
      2,
      0,
      null,
    ]);
  });
});

describe('the gathered output', () => {
  it('writes many lines at once, and what is left at the end of the process', () => {
    const written: string[] = [];
    let flushed = false;
    const before = new Set(process.listeners('exit'));
    const output = bufferedOutput({
      write: (text) => void written.push(text),
      flushSync: () => void (flushed = true),
      on: () => {},
    });
    for (let line = 0; line < 2_000; line++) output.write(`${'x'.repeat(49)}\n`);
    expect(written).toHaveLength(1);
    const atExit = process.listeners('exit').filter((listener) => !before.has(listener));
    for (const listener of atExit) {
      listener(0);
      process.off('exit', listener);
    }
    expect(written.join('')).toHaveLength(100_000);
    expect(flushed).toBe(true);
  });
});

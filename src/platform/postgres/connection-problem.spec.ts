import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { connectionProblem, ProblemNews } from './connection-problem.ts';

describe('connectionProblem', () => {
  it('names the problem of every address of a host, as Node reports them', async () => {
    const socket = connect({
      host: 'two-addresses',
      port: 1,
      autoSelectFamily: true,
      lookup: (_host, _options, callback) =>
        (callback as (error: null, found: object[]) => void)(null, [
          { address: '127.0.0.1', family: 4 },
          { address: '127.0.0.2', family: 4 },
        ]),
    });
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [Error];
    expect(error.message).toBe('');
    expect(connectionProblem(error)).toBe('connect ECONNREFUSED 127.0.0.1:1; connect ECONNREFUSED 127.0.0.2:1');
  });

  it('is one line, and never an empty one', () => {
    expect(connectionProblem(new Error('a\n  b'))).toBe('a b');
    expect(connectionProblem(Object.assign(new Error(''), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
    expect(connectionProblem(undefined)).toBe('undefined');
  });
});

describe('ProblemNews', () => {
  it('tells a problem once in ten seconds, and another one at once', () => {
    const news = new ProblemNews();
    const told = [0, 1_000, 9_999, 10_000, 11_000].map((now) => news.isNews('refused', now));
    expect(told).toEqual([true, false, false, true, false]);
    expect([12_000, 13_000, 14_000].map((now) => news.isNews('starting up', now))).toEqual([true, false, false]);
    expect(news.isNews('refused', 14_000)).toBe(false);
  });
});

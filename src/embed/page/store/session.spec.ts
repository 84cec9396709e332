import { expect, it } from '@jest/globals';
import { PageClock } from '../../../../test/support/page/page-clock.ts';
import { problemOf, ProblemError } from '../api/problem.ts';
import { Session } from './session.ts';

const MINUTE = 60_000;

function opened(ttl = 15 * MINUTE, renewable = 480 * MINUTE) {
  const clock = new PageClock(() => 0);
  const [renewals, asked]: [number[], string[]] = [[], []];
  const iso = (millis: number): string => new Date(millis).toISOString();
  const until = clock.now() + renewable;
  const times = () => ({ expiresAt: iso(Math.min(until, clock.now() + ttl)), renewableUntil: iso(until) });
  const start = clock.now();
  const session = new Session('es_a', clock, {
    renew: () => {
      renewals.push(clock.now() - start);
      return Promise.resolve(times());
    },
    askHost: (expiresAt) => asked.push(expiresAt) > 0,
  });
  session.know(times());
  return { clock, session, renewals, asked };
}

const expired = (): Promise<never> => Promise.reject(new ProblemError(problemOf('session-expired')));

it('is renewed a minute before it expires', async () => {
  const { clock, renewals } = opened();
  await clock.pass(30 * MINUTE);
  expect(renewals).toEqual([14 * MINUTE, 28 * MINUTE]);
});

it('is not renewed while nobody sees the page, and at once on waking up', async () => {
  const { clock, renewals } = opened();
  clock.show(false);
  clock.sleep(14.5 * MINUTE);
  await clock.pass(0);
  expect(renewals).toEqual([]);
  clock.show(true);
  await clock.pass(0);
  expect(renewals).toEqual([14.5 * MINUTE]);
});

it('is not renewed again and again where the clock of the browser is an hour ahead', async () => {
  const { clock, renewals } = opened(-60 * MINUTE);
  await clock.pass(10 * MINUTE);
  expect(renewals.length).toBeGreaterThan(0);
  expect(renewals.length).toBeLessThanOrEqual(61);
});

it('asks the host for another token where no renewal helps any more', async () => {
  const { clock, asked, renewals } = opened(15 * MINUTE, 20 * MINUTE);
  await clock.pass(40 * MINUTE);
  expect(renewals).toEqual([14 * MINUTE]);
  expect(asked).toHaveLength(1);
});

it('many requests at once that find it expired ask the host once, and all go on with its token', async () => {
  const { clock, session, asked } = opened();
  const ask = () => (session.token === 'es_a' ? expired() : Promise.resolve(session.token));
  const all = Promise.all(Array.from({ length: 20 }, () => session.run(ask)));
  await clock.pass(1_000);
  expect(asked).toHaveLength(1);
  session.replace('es_b');
  expect(await all).toEqual(Array.from({ length: 20 }, () => 'es_b'));
});

it('says that it has expired where the host gives no token in half a minute', async () => {
  const { clock, session } = opened();
  const run = session.run(expired).catch((error: ProblemError) => error.problem.kind);
  await clock.pass(30_000);
  expect(await run).toBe('session-expired');
});

it('what a renewal of the token before gives is not of the token of now', async () => {
  const { clock, session, renewals } = opened();
  await clock.pass(14 * MINUTE - 1);
  session.replace('es_b');
  await clock.pass(60 * MINUTE);
  expect(renewals).toEqual([]);
});

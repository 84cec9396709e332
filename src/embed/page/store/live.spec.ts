import { expect, it } from '@jest/globals';
import { PageClock } from '../../../../test/support/page/page-clock.ts';
import { problemOf, ProblemError } from '../api/problem.ts';
import { Live } from './live.ts';

function started(failure: () => unknown = () => null) {
  const clock = new PageClock(() => 0);
  const start = clock.now();
  const [asked, told]: [number[], number[]] = [[], []];
  const live = new Live(
    clock,
    () => {
      asked.push((clock.now() - start) / 1_000);
      const error = failure();
      return error === null ? Promise.resolve() : Promise.reject(error);
    },
    (_error, wait) => told.push((clock.now() - start + wait) / 1_000),
  );
  live.start();
  return { clock, live, asked, told };
}

const unavailable = (seconds: number | null) => new ProblemError(problemOf('unavailable'), seconds && seconds * 1_000);

it('asks every ten seconds at the newest end, and every minute elsewhere', async () => {
  const { clock, live, asked } = started();
  await clock.pass(30_000);
  live.seen(false);
  await clock.pass(120_000);
  expect(asked).toEqual([10, 20, 30, 90, 150]);
});

it('asks nothing while nobody sees the page, and at once when somebody does', async () => {
  const { clock, asked } = started();
  clock.show(false);
  await clock.pass(3_600_000);
  clock.show(true);
  await clock.pass(10_000);
  expect(asked).toEqual([3_600, 3_610]);
});

it('asks later after each failure, up to five minutes, and tells when', async () => {
  const { clock, asked, told } = started(() => unavailable(null));
  await clock.pass(1_500_000);
  expect(asked).toEqual([10, 30, 70, 150, 310, 610, 910, 1_210]);
  expect(told.slice(0, -1)).toEqual(asked.slice(1));
});

it('asks not before the service says so, however often somebody looks away or scrolls', async () => {
  const { clock, live, asked } = started(() => (asked.length === 1 ? unavailable(400) : null));
  await clock.pass(11_000);
  for (let time = 0; time < 50; time++) {
    clock.show(time % 2 === 0);
    live.seen(time % 3 === 0);
    await clock.pass(5_000);
  }
  expect(asked).toEqual([10]);
  clock.show(true);
  await clock.pass(160_000);
  expect(asked[1]).toBe(410);
});

it('asks nothing after it was stopped, or before it was started', async () => {
  const { clock, live, asked } = started();
  live.stop();
  clock.show(false);
  clock.show(true);
  await clock.pass(600_000);
  expect(asked).toEqual([]);
});

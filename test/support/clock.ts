import { Clock } from '../../libs/kernel/clock.ts';

/** A clock that stands still until a test sets it. */
export class SettableClock extends Clock {
  constructor(public millis = Date.parse('2026-04-18T12:00:00.123Z')) {
    super();
  }

  now(): number {
    return this.millis;
  }
}

import { Counter, Gauge, type Registry } from 'prom-client';

/** What the purge of events that are past their retention tells of itself. */
export interface PurgeState {
  /** Slug of an app → events since the start. */
  readonly events: ReadonlyMap<string, number>;
  readonly seconds: number;
  behindSeconds(now: number): number;
}

/** The app passes the state in, since operations know no slice, and with it the limit of how many apps there are. */
export function publishPurge(registry: Registry, state: PurgeState): void {
  new Counter({
    name: 'customer_events_purged_total',
    help: 'Events that this instance deleted because they were past their retention, by app.',
    labelNames: ['app'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [app, events] of state.events) this.inc({ app }, events);
    },
  });
  new Counter({
    name: 'customer_events_purge_seconds_total',
    help: 'Time that this instance spent on deleting such events, its pauses included.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(state.seconds);
    },
  });
  new Gauge({
    name: 'customer_events_purge_behind_seconds',
    help: 'For how long the purge of some app has not come to its end, or has not begun though a day has passed since the last one; 0: none is behind.',
    registers: [registry],
    collect() {
      this.set(state.behindSeconds(Date.now()));
    },
  });
}

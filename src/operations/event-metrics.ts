import { Counter, type Registry } from 'prom-client';

/** Slug of an app → channel → outcome → events since the start. */
export type CountsByApp = ReadonlyMap<string, ReadonlyMap<string, Readonly<Record<string, number>>>>;

/**
 * Publishes what became of events. The app passes the counts in, since operations know no slice, and with them the limit
 * of how many apps there are.
 */
export function publishEventCounts(registry: Registry, countsByApp: CountsByApp): void {
  new Counter({
    name: 'customer_events_total',
    help: 'Events by app, the channel they came through (single, batch, import) and what became of them.',
    labelNames: ['app', 'channel', 'outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [app, channels] of countsByApp) {
        for (const [channel, counts] of channels) {
          for (const [outcome, count] of Object.entries(counts)) this.inc({ app, channel, outcome }, count);
        }
      }
    },
  });
}

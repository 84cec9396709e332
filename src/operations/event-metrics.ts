import { Counter, type Registry } from 'prom-client';

/** Channel → outcome → events since the start. */
export type CountsByChannel = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** Publishes what became of events. The app passes the counts in, since operations know no slice. */
export function publishEventCounts(registry: Registry, countsByChannel: CountsByChannel): void {
  new Counter({
    name: 'customer_events_total',
    help: 'Events by the channel they came through (single, batch, import) and what became of them.',
    labelNames: ['channel', 'outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [channel, counts] of countsByChannel) {
        for (const [outcome, count] of Object.entries(counts)) this.inc({ channel, outcome }, count);
      }
    },
  });
}

import { Injectable } from '@nestjs/common';

/** How events come in: one by one, in a batch, in an import. */
export type EventChannel = 'single' | 'batch' | 'import';
export type EventOutcome = 'created' | 'replayed' | 'rejected';

type CountsByChannel = Map<EventChannel, Record<EventOutcome, number>>;

/** Each app adds up to nine series to the metrics, so that their number has to have a limit. */
const MAX_APPS = 200;
/** No slug looks like it. */
const OTHER_APPS = '(others)';

/**
 * Counts what became of events, by app and by the channel they came through; metrics read it.
 *
 * The first 200 apps that send events have counts of their own until the process ends, so that no app that comes later
 * takes them away. What other apps send is counted together, under `(others)`.
 */
@Injectable()
export class EventCounts {
  private readonly others: CountsByChannel = new Map((['single', 'batch', 'import'] as const).map(nothingOf));
  /** Slug of an app → channel → outcome → events. */
  readonly counts = new Map<string, CountsByChannel>([[OTHER_APPS, this.others]]);

  /** @param app its slug. */
  add(app: string, channel: EventChannel, more: Readonly<Partial<Record<EventOutcome, number>>>): void {
    const counts = this.countsOf(app, channel);
    counts.created += more.created ?? 0;
    counts.replayed += more.replayed ?? 0;
    counts.rejected += more.rejected ?? 0;
  }

  private countsOf(app: string, channel: EventChannel): Record<EventOutcome, number> {
    const channels = this.counts.get(app) ?? this.begin(app);
    let counts = channels.get(channel);
    if (counts === undefined) {
      [, counts] = nothingOf(channel);
      channels.set(channel, counts);
    }
    return counts;
  }

  private begin(app: string): CountsByChannel {
    // One of them is that of the others.
    if (this.counts.size > MAX_APPS) return this.others;
    const channels: CountsByChannel = new Map();
    this.counts.set(app, channels);
    return channels;
  }
}

const nothingOf = (channel: EventChannel): [EventChannel, Record<EventOutcome, number>] => [
  channel,
  { created: 0, replayed: 0, rejected: 0 },
];

import { Injectable } from '@nestjs/common';

/** How events come in: one by one, in a batch, in an import. */
export type EventChannel = 'single' | 'batch' | 'import';
export type EventOutcome = 'created' | 'replayed' | 'rejected';

/** Counts what became of events, by the channel they came through; metrics read it. */
@Injectable()
export class EventCounts {
  readonly counts = new Map<EventChannel, Record<EventOutcome, number>>(
    (['single', 'batch', 'import'] as const).map((channel) => [channel, { created: 0, replayed: 0, rejected: 0 }]),
  );

  add(channel: EventChannel, more: Readonly<Partial<Record<EventOutcome, number>>>): void {
    const counts = this.counts.get(channel) as Record<EventOutcome, number>;
    counts.created += more.created ?? 0;
    counts.replayed += more.replayed ?? 0;
    counts.rejected += more.rejected ?? 0;
  }
}

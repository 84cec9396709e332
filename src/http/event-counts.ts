import { Injectable } from '@nestjs/common';

/** How events come in: one by one, in a batch, in an import. */
export type EventDoor = 'single' | 'batch' | 'import';
export type EventOutcome = 'created' | 'replayed' | 'rejected';

/** Counts what became of events, by the door they came through; metrics read it. */
@Injectable()
export class EventCounts {
  readonly counts = new Map<EventDoor, Record<EventOutcome, number>>(
    (['single', 'batch', 'import'] as const).map((door) => [door, { created: 0, replayed: 0, rejected: 0 }]),
  );

  add(door: EventDoor, more: Readonly<Partial<Record<EventOutcome, number>>>): void {
    const counts = this.counts.get(door) as Record<EventOutcome, number>;
    counts.created += more.created ?? 0;
    counts.replayed += more.replayed ?? 0;
    counts.rejected += more.rejected ?? 0;
  }
}

import type { Instant } from './instant.ts';

export type TimelineOrder = 'asc' | 'desc';

/** Which events of a timeline are asked for, and in which order. */
export interface TimelineQuery {
  readonly order: TimelineOrder;
}

/** A place between two events: (`occurredAt`, `id`) is a total order of a timeline. */
export interface TimelinePosition {
  readonly occurredAt: Instant;
  readonly id: string;
}

export const TIMELINE_DEFAULT_LIMIT = 50;
export const TIMELINE_MAX_LIMIT = 200;

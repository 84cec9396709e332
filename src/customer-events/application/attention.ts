import { shiftInstant, type Instant } from '../../../libs/time/instant.ts';
import type { TypeDisplay } from '../domain/event-display.ts';
import type { EventOutline } from '../domain/ticket-context.ts';
import type { TypeSummary } from '../domain/timeline.ts';
import type { EventDisplays } from './event-displays.port.ts';

const MICROS_OF_SECOND = 1_000_000n;

type Severe = TypeDisplay & { readonly severity: 'warning' | 'error' };

/** The warnings or errors of one type in the window. */
export interface Attention {
  readonly type: string;
  readonly title: string;
  readonly severity: Severe['severity'];
  readonly count: number;
  /** The instant and the id of the latest of them. */
  readonly last: Instant;
  readonly id: string;
}

/** The time up to an instant, and including it. Where time itself ends, there is nothing to be kept out. */
export function windowBefore(asOf: Instant, seconds: number): { from: Instant | undefined; to: Instant | undefined } {
  return {
    from: shiftInstant(asOf, -BigInt(seconds) * MICROS_OF_SECOND) ?? undefined,
    to: shiftInstant(asOf, 1n) ?? undefined,
  };
}

/** What an app hides, it does not want to be told first. */
export const needsAttention = (display: TypeDisplay): display is Severe =>
  (display.severity === 'warning' || display.severity === 'error') && !display.hidden;

/** @param events the newest first. A type of which none is left is left out. */
export function attentionOf(
  types: readonly TypeSummary[],
  events: readonly EventOutline[],
  displays: EventDisplays,
): Attention[] {
  return types.flatMap(({ type, count }) => {
    const event = events.find((one) => one.type === type);
    const display = displays.ofType(type);
    if (event === undefined || !needsAttention(display)) return [];
    const { severity } = display;
    return { type, title: displays.titleOfType(type), severity, count, last: event.occurredAt, id: event.id };
  });
}

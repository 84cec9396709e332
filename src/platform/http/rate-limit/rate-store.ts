import type { RateWindow } from '../../../../libs/kernel/rate-window.ts';

/** A window of one key or app, by the name under which its units are counted. */
export interface CountedWindow extends RateWindow {
  readonly key: string;
}

export interface WindowState {
  readonly used: number;
  /** Milliseconds until the window ends. */
  readonly msLeft: number;
}

export interface Taken {
  /** How each window stands now, in their order. */
  readonly states: readonly WindowState[];
  /** Milliseconds until all windows have room; 0 where the units were taken. */
  readonly waitMs: number;
}

/**
 * Counts units in windows. A window begins with its first unit. What is taken beyond its quota makes
 * it last for as much longer as those units should have taken.
 */
export abstract class RateStore {
  /** Takes the units as soon as every window has room for one; otherwise none. */
  abstract take(windows: readonly CountedWindow[], units: number): Taken | Promise<Taken>;
  /** Takes the units in any case: the work that they stand for is done. */
  abstract add(
    windows: readonly CountedWindow[],
    units: number,
  ): readonly WindowState[] | Promise<readonly WindowState[]>;
}

/** By how many seconds a window lasts longer, where `units` brought it to `used`. */
export function prolongedBySeconds(window: RateWindow, used: number, units: number): number {
  const excess = Math.max(0, used - window.units) - Math.max(0, used - units - window.units);
  return (excess * window.seconds) / window.units;
}

/** At most so many units within so many seconds. */
export interface RateWindow {
  readonly units: number;
  readonly seconds: number;
}

/** How fast events may come in, and how fast anything else may be asked for. No windows: no limit. */
export interface RateLimits<Windows = readonly RateWindow[]> {
  readonly events: Windows;
  readonly reads: Windows;
}

const WINDOW = /^([1-9]\d{0,8})\/([1-9]\d{0,5})$/;

/**
 * Reads `3/1,20/10,100/60` (how many/seconds), or `0` for no windows.
 *
 * @returns null where it looks otherwise.
 */
export function parseRateWindows(text: string): readonly RateWindow[] | null {
  if (text === '0') return [];
  const windows = text.split(',').map((window) => WINDOW.exec(window.trim()));
  return windows.every((window) => window !== null)
    ? windows.map(([, units, seconds]) => ({ units: Number(units), seconds: Number(seconds) }))
    : null;
}

/** The text that {@link parseRateWindows} reads. */
export const formatRateWindows = (windows: readonly RateWindow[]): string =>
  windows.length === 0 ? '0' : windows.map(({ units, seconds }) => `${units}/${seconds}`).join(',');

import { formatRateWindows, type RateWindow } from '../../../libs/kernel/rate-window.ts';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import { AdministrationError } from './administration-error.ts';

/** A setting of an app or a key: a text, a time in milliseconds since the Unix epoch, limits, or names; null: nothing is set. */
type Setting = string | number | readonly RateWindow[] | readonly string[] | null;

/** What control characters would do to a list of names: line ends, cursor movements. */
const CONTROL_CHARACTERS = /\p{Cc}/u;

/**
 * The settings that differ from those that are there, as an entry in the audit trail has them; null: none does. A
 * setting that is undefined is not to be changed.
 */
export function changedDetails<Present extends object>(
  present: Present,
  settings: Partial<{ readonly [Name in keyof Present]: Setting | undefined }>,
): AuditEntry['details'] {
  const changed = Object.entries(settings as Record<string, Setting | undefined>).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text = settingText(value);
    return text === settingText((present as Record<string, Setting>)[name] ?? null) ? [] : [[name, text] as const];
  });
  return changed.length === 0 ? null : Object.fromEntries(changed);
}

const isListOfNames = (value: readonly (string | RateWindow)[]): value is readonly string[] =>
  typeof value[0] === 'string';

export function settingText(value: Setting): string | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number') return new Date(value).toISOString();
  return isListOfNames(value) ? value.join(',') : formatRateWindows(value);
}

/** @param whose `An app` or `A key`. @throws {AdministrationError} */
export function requireName(whose: string, name: string): void {
  if (name.trim() === '') throw new AdministrationError(`${whose} needs a name`);
  if (CONTROL_CHARACTERS.test(name)) {
    throw new AdministrationError('A name has no control characters, such as line ends and tabs');
  }
}

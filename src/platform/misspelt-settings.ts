import { distance } from 'fastest-levenshtein';

/** A name that is no setting, and the setting that it resembles. */
export interface MisspeltSetting {
  readonly name: string;
  readonly setting: string;
}

/** `DATABASEURL`, `database_url` and `DATABASE_URL` are the same word. */
const plain = (name: string): string => name.replace(/[^a-z0-9]/gi, '').toLowerCase();

const sortedLetters = (word: string): string => [...word].sort().join('');

/**
 * One edit makes a typo, in a long name one for every eight letters, or two letters in each other's place. Not more:
 * `DATABASE_SSL` or `OTEL_TRACES_SAMPLER` are names of other programs.
 */
function resembles(name: string, setting: string): boolean {
  const [word, known] = [plain(name), plain(setting)];
  const edits = distance(word, known);
  return (
    edits <= Math.max(1, Math.floor(known.length / 8)) || (edits === 2 && sortedLetters(word) === sortedLetters(known))
  );
}

/** Those of the names that are not settings and resemble one. */
export function misspeltSettings(names: readonly string[], settings: readonly string[]): MisspeltSetting[] {
  return names
    .filter((name) => !settings.includes(name))
    .flatMap((name) => {
      const setting = settings.find((known) => resembles(name, known));
      return setting === undefined ? [] : [{ name, setting }];
    });
}

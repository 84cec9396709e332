import { distance } from 'fastest-levenshtein';

const MAX_SHOWN_LENGTH = 100;

/** `occurred_at`, `OccurredAt` and `occurredAt` are the same word. */
const plain = (field: string): string => field.replace(/[^a-z0-9]/gi, '').toLowerCase();

const NOT_KNOWN = 'is not a known field';

/** What to say of a field that is not known: a typo must not lose data in silence. */
export function unknownField(field: string, known: readonly string[]): string {
  const resembled = resembledName(field, known);
  return resembled === undefined
    ? `${NOT_KNOWN}; the known fields are ${known.join(', ')}`
    : `${NOT_KNOWN}; did you mean ${resembled}?`;
}

/** What to say of a query parameter of a route that has none. */
export const PARAMETER_OF_NONE = `${NOT_KNOWN}; this route takes no query parameters`;

/** Whether this is said of a field that is not known. */
export const isUnknownField = (problem: string): boolean => problem.startsWith(NOT_KNOWN);

/** A hostile field name can be as long as the body: a response shows its beginning. */
export const shownField = (field: string): string =>
  field.length > MAX_SHOWN_LENGTH ? `${field.slice(0, MAX_SHOWN_LENGTH)}…` : field;

/** The known name that a misspelt one resembles; undefined where none does. */
export function resembledName(field: string, known: readonly string[]): string | undefined {
  if (field.length > MAX_SHOWN_LENGTH) return undefined;
  const [best] = known
    .map((name) => ({ name, edits: distance(plain(field), plain(name)) }))
    .filter(({ name, edits }) => edits <= maxEdits(name, field))
    .sort((a, b) => a.edits - b.edits);
  return best?.name;
}

/** Two letters that changed places are two edits, and one slip. */
function maxEdits(name: string, field: string): number {
  const usual = Math.max(1, Math.floor(name.length / 4));
  return usual === 1 && letters(name) === letters(field) ? 2 : usual;
}

const letters = (name: string): string => [...plain(name)].sort().join('');

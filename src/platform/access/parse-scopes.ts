import { distance } from 'fastest-levenshtein';
import { SCOPES, SCOPE_SETS, type Scope, type Scopes } from './scopes.ts';

/** Scopes that were read, or what is wrong with the text. */
export type ParsedScopes = { readonly scopes: Scopes } | { readonly problem: string };

const ALL = 'all';
const MAX_SHOWN_LENGTH = 100;
const SETS = new Map<string, readonly Scope[]>(Object.entries(SCOPE_SETS));
const NAMES: readonly string[] = [...SETS.keys(), ...SCOPES];

/** Names that people expect, and what does it here. */
const EXPECTED_NAMES = new Map([
  ['eventsread', 'timeline:read'],
  ['erase', 'events:erase'],
  ['everything', ALL],
]);

/**
 * Reads scopes as people name them: `all`, `write`, `read`, `support`, names such as `timeline:read`, or several of them
 * with commas. They come back in the order of {@link SCOPES}, each once; all that there are and will be: null.
 */
export function parseScopes(text: string): ParsedScopes {
  const names = text.split(',').map((name) => name.trim());
  if (names.length === 1 && names[0] === ALL) return { scopes: null };
  const problems = names.flatMap((name) => problemOf(name) ?? []);
  if (problems.length > 0) return { problem: problems.join('\n') };
  const named = new Set(names.flatMap((name): readonly string[] => SETS.get(name) ?? [name]));
  return { scopes: SCOPES.filter((scope) => named.has(scope)) };
}

function problemOf(name: string): string | undefined {
  if (NAMES.includes(name)) return undefined;
  if (name === '') return `a scope is empty; name one, such as timeline:read, or remove the comma beside it`;
  if (name === ALL) return `"${ALL}" has no other scope beside it; leave the others out, or leave "${ALL}" out`;
  const shown = name.length > MAX_SHOWN_LENGTH ? `${name.slice(0, MAX_SHOWN_LENGTH)}…` : name;
  const meant = resembledName(name);
  const hint =
    meant === undefined ? `expected ${ALL}, or one or more of ${NAMES.join(', ')}` : `did you mean ${meant}?`;
  return `"${shown}" is no scope; ${hint}`;
}

/** `timeline.read`, `TIMELINE_READ` and `timeline:read` are the same word. */
const plain = (name: string): string => name.replace(/[^a-z0-9]/gi, '').toLowerCase();

/** `read:timeline` means `timeline:read`. */
const turnedRound = (name: string): string =>
  plain(
    name
      .split(/[^a-z0-9]+/i)
      .reverse()
      .join(''),
  );

/** A typo makes one edit for every six letters: with more, `events:read` would be taken for `events:erase`. */
function resembledName(name: string): string | undefined {
  if (name.length > MAX_SHOWN_LENGTH) return undefined;
  const expected = EXPECTED_NAMES.get(plain(name)) ?? EXPECTED_NAMES.get(turnedRound(name));
  if (expected !== undefined) return expected;
  const [best] = [...NAMES, ALL]
    .map((known) => ({ known, edits: editsBetween(name, known) }))
    .filter(({ known, edits }) => edits <= Math.max(1, Math.floor(known.length / 6)))
    .sort((a, b) => a.edits - b.edits);
  return best?.known ?? onlyScopeOf(name);
}

const editsBetween = (name: string, known: string): number =>
  Math.min(distance(plain(name), plain(known)), distance(turnedRound(name), plain(known)));

/** `timeline` and `timeline:*` mean the one scope that there is of it. */
function onlyScopeOf(name: string): string | undefined {
  const [scope, ...others] = SCOPES.filter((known) => plain(known.slice(0, known.indexOf(':'))) === plain(name));
  return others.length === 0 ? scope : undefined;
}

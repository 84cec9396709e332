/** What a key does while the list of events has the focus. */
export type Command =
  | 'next'
  | 'previous'
  | 'toggle'
  | 'link'
  | 'copy'
  | 'find'
  | 'types'
  | 'date'
  | 'ticket'
  | 'newest'
  | 'help'
  | 'escape'
  | 'leave-up'
  | 'leave-down';

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** Keys that are no characters work always. */
const PLAIN: Readonly<Record<string, Command>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  Enter: 'toggle',
  Escape: 'escape',
};

/** Those of one character can be switched off (WCAG 2.1.4). */
const CHARACTERS: Readonly<Record<string, Command>> = {
  j: 'next',
  k: 'previous',
  o: 'link',
  c: 'copy',
  '/': 'find',
  f: 'types',
  g: 'date',
  t: 'ticket',
  n: 'newest',
  '?': 'help',
};

/** The command of a key; null where it has none. */
export function commandOf({ key, ctrlKey, altKey, metaKey }: Pressed, hasCharacters: boolean): Command | null {
  if (ctrlKey && !altKey && !metaKey) return key === 'Home' ? 'leave-up' : key === 'End' ? 'leave-down' : null;
  if (ctrlKey || altKey || metaKey) return null;
  if (Object.hasOwn(PLAIN, key)) return PLAIN[key] ?? null;
  return hasCharacters && Object.hasOwn(CHARACTERS, key) ? (CHARACTERS[key] ?? null) : null;
}

import { LINE_BREAKS } from '../../../libs/kernel/characters.ts';

/** A title or a value that is shown has at most so many characters (UTF-16 code units). */
export const MAX_SHOWN_LENGTH = 200;

const ELLIPSIS = '…';

/**
 * What would move the cursor, break the line, or change the direction of what stands around it: control characters (C0,
 * DEL, C1), line and paragraph separators, the marks and embeddings of Unicode's bidirectional algorithm (UAX #9), and
 * surrogates without their other half.
 */
export const UNSHOWABLE =
  /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** The same and whole pairs, without a look around, which took most of the time. */
const MAY_BE_UNSHOWABLE = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/;
/** What is not written into JSON as it stands, or not shown as it stands. */
const NEEDS_CARE = new RegExp(`["\\\\${MAY_BE_UNSHOWABLE.source.slice(1)}`);
const REPLACEMENT = '\ufffd';

/** Grapheme clusters (UAX #29): what a reader takes for one character. */
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * A text as one line of plain text of at most `max` characters, whatever is in it. A longer one is cut between two
 * graphemes and ends with `…`; tabs and line breaks become spaces, what cannot be shown U+FFFD. Looks at no more of the text than it shows.
 */
export function plainLine(text: string, max = MAX_SHOWN_LENGTH): string {
  if (text.length <= max && !MAY_BE_UNSHOWABLE.test(text)) return text;
  // One more than fits shows that it has to be cut; with a second one the half of a pair is none that is shown.
  const beginning = text.slice(0, max + 2).replace(LINE_BREAKS, ' ');
  return cutText(beginning.replace(UNSHOWABLE, REPLACEMENT), max);
}

/** Whether a text is not its own {@link plainLine}, or not its own JSON between two quotes; or may not be. */
export const needsCare = (text: string): boolean => text.length > MAX_SHOWN_LENGTH || NEEDS_CARE.test(text);

/** A text of at most `max` characters, cut as {@link plainLine} does it. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const room = max - ELLIPSIS.length;
  let end = 0;
  for (const { index, segment } of graphemes.segment(text.slice(0, max + 1))) {
    if (index + segment.length > room) break;
    end = index + segment.length;
  }
  return (end > 0 ? text.slice(0, end) : withoutHalf(text.slice(0, room))) + ELLIPSIS;
}

/** One grapheme may be longer than the room that there is. */
const withoutHalf = (text: string): string => text.replace(/[\ud800-\udbff]$/, '');

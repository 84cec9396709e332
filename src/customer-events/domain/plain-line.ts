import { LINE_BREAKS } from '../../../libs/kernel/characters.ts';

/** Control characters, what changes the direction of text, and lone surrogates. */
const NOT_PLAIN = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text as one plain line of at most so many characters: tabs and line breaks become spaces, what is none of a line
 * U+FFFD, what is cut `…`.
 */
export function plainLine(text: string, maxCharacters: number): string {
  const characters = [...text.replace(LINE_BREAKS, ' ').replace(NOT_PLAIN, '\ufffd')];
  return characters.length <= maxCharacters
    ? characters.join('')
    : `${characters.slice(0, maxCharacters - 1).join('')}…`;
}

/** Control characters, ends of lines, what changes the direction of text, and lone surrogates. */
const NOT_PLAIN = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A text as one plain line of at most so many characters: what is none of a line becomes U+FFFD, what is cut `…`. */
export function plainLine(text: string, maxCharacters: number): string {
  const characters = [...text.replace(NOT_PLAIN, '\ufffd')];
  return characters.length <= maxCharacters
    ? characters.join('')
    : `${characters.slice(0, maxCharacters - 1).join('')}…`;
}

/**
 * Whether a text has more characters than that: Unicode code points, as in JSON Schema, PostgreSQL and our patterns. The `length` of a
 * text counts many of them twice.
 */
export const isLongerThan = (text: string, characters: number): boolean =>
  text.length > characters && (text.length > 2 * characters || [...text].length > characters);

/**
 * A short line, as external ids and names are: 1 to 255 characters (Unicode code points) without control characters. Lone
 * surrogates are no characters: they have no UTF-8 form, so neither a URL nor the database could hold them.
 */
export const SHORT_LINE = /^[^\p{Cc}\p{Cs}]{1,255}$/u;
export const SHORT_LINE_RULE = 'must be a string of 1 to 255 characters without control characters';

/** Tabs and what ends lines and paragraphs: in a text shown as one line, each is a space. */
export const LINE_BREAKS = /[\t-\r\x85\u2028\u2029]/g;

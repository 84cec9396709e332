/**
 * Whether a text has more characters than that: Unicode code points, as in JSON Schema, PostgreSQL and our patterns. The `length` of a
 * text counts many of them twice.
 */
export const isLongerThan = (text: string, characters: number): boolean =>
  text.length > characters && (text.length > 2 * characters || [...text].length > characters);

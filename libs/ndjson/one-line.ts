/** Line separator, paragraph separator, next line: JSON strings may have them as they are (RFC 8259 §7). */
const OTHER_LINE_ENDS = /[\u2028\u2029\u0085]/g;

/**
 * JSON that is one line to readers, too, that split at what Unicode calls a line end, as Python's `splitlines` does. Its
 * value is the same: these characters stand in strings only.
 */
export const oneLine = (json: string): string =>
  json.replace(OTHER_LINE_ENDS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

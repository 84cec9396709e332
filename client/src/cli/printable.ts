/*
 * The same rule as that of the operator commands (src/cli/printable.ts; a test compares them): what comes from elsewhere must
 * not move the cursor of a terminal, set its title, or show a text in another order.
 */
// Of Unicode: C0, DEL, C1, the marks of direction, and the separators of lines and paragraphs.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escapeOf = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A text as one line without control characters: they are shown as JSON escapes them, such as `\u001b`. */
export const printable = (text: string): string => text.replace(CONTROLS, escapeOf);

/** JSON on one line whose strings have no control characters as they are; the values stay the same. */
export const printableJsonText = (json: string): string => printable(json.replace(/[\t\n\r]/g, ' '));

/** Something that people should know, on stderr; on a terminal in the place of the line that shows the progress. */
export function tell(line: string): void {
  process.stderr.write(`${process.stderr.isTTY ? CLEARED_LINE : ''}${printable(line)}\n`);
}

/** Goes to the beginning of the line, and clears it. */
export const CLEARED_LINE = '\r\u001b[K';

/*
 * Names, addresses and messages come from elsewhere. Written to a terminal as they are, a control character in them
 * could move the cursor, set the title, or clear what stands above; a mark of direction shows a text in another order.
 */
// Of Unicode: C0, DEL, C1, the marks of direction, and the separators of lines and paragraphs.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escapeOf = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A text as one line without control characters: they are shown as JSON escapes them, such as `\u001b`. */
export const printable = (text: string): string => text.replace(CONTROLS, escapeOf);

/** The same for a text of several lines, which stay. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');

/** Compact JSON whose strings have no control characters as they are; the values stay the same. */
export const printableJson = (value: unknown): string => printable(JSON.stringify(value));

/**
 * The same for JSON that is a text already. Control characters outside of its strings can only be white space, and are
 * made blanks; the values stay the same.
 */
export const printableJsonText = (json: string): string => printable(json.replace(/[\t\n\r]/g, ' '));

/** Something that an operator should know, on stderr. */
export const tell = (line: string): void => void process.stderr.write(`${printable(line)}\n`);

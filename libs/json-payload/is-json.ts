/** How a JSON value begins. Most texts that are none are told by it, without the price of an exception. */
const BEGINNING = /^\s*[-\d"[{tfn]/;

/** Whether a text is one JSON value, white space around it allowed (RFC 8259). */
export function isJson(text: string): boolean {
  if (!BEGINNING.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const LEAST_DIFFERENT_CHARACTERS = 20;
/** So long a part comes twice in a key of random characters once in 10¹¹ keys. */
const REPEATED_PART = 8;
/** So many neighbours of the alphabet in a row: once in 100,000 keys. */
const NEIGHBOURS_IN_A_ROW = 5;

/**
 * Whether the characters of a key look as if somebody had typed them: few different ones, a part that is repeated, or a
 * row such as `abcde` or `54321`. Of 100,000 random keys about one does. It finds placeholders, not every bad choice.
 *
 * @param key a well-formed one.
 */
export function isGuessableKey(key: string): boolean {
  const secret = key.slice(key.lastIndexOf('_') + 1);
  return new Set(secret).size < LEAST_DIFFERENT_CHARACTERS || hasRepeatedPart(secret) || hasRow(secret);
}

function hasRepeatedPart(text: string): boolean {
  const starts = Array.from({ length: text.length - REPEATED_PART + 1 }, (_, start) => start);
  return starts.some((start) => text.includes(text.slice(start, start + REPEATED_PART), start + 1));
}

function hasRow(text: string): boolean {
  let inRow = 1;
  let lastStep = 0;
  for (let at = 1; at < text.length; at++) {
    const step = text.charCodeAt(at) - text.charCodeAt(at - 1);
    const continues = Math.abs(step) <= 1 && (inRow === 1 || step === lastStep);
    inRow = continues ? inRow + 1 : Math.abs(step) <= 1 ? 2 : 1;
    lastStep = step;
    if (inRow === NEIGHBOURS_IN_A_ROW) return true;
  }
  return false;
}

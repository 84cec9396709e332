const PAYLOAD = /"payload"\s*:\s*\{/g;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Cuts the payloads out of a response: their texts are exact, and what is left is small to parse. Outside of payloads
 * no response with events has a free-form key, so `"payload":` is nothing else there.
 *
 * @returns the text with the index of its payload in the place of each.
 * @throws SyntaxError where a payload has no end.
 */
export function cutPayloads(text: string): { readonly rest: string; readonly payloads: readonly string[] } {
  const payloads: string[] = [];
  let rest = '';
  let copied = 0;
  PAYLOAD.lastIndex = 0;
  while (PAYLOAD.test(text)) {
    const start = PAYLOAD.lastIndex - 1;
    const end = endOfObject(text, start);
    rest += text.slice(copied, start) + payloads.length;
    payloads.push(text.slice(start, end));
    copied = PAYLOAD.lastIndex = end;
  }
  return { rest: rest + text.slice(copied), payloads };
}

/** @param start of its opening brace */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at);
    else if (unit === OPEN) depth++;
    else if (unit === CLOSE && --depth === 0) return at + 1;
  }
  throw new SyntaxError('A payload of the response has no end');
}

/** @param start of its opening quote @returns where its closing quote is; the end of the text, where there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === BACKSLASH) at++;
    else if (unit === QUOTE) return at;
  }
  return text.length;
}

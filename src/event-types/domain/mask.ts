import { arrayElements, objectMembers, type JsonSpan } from '../../../libs/json-payload/json-members.ts';
import { OPEN_BRACE, OPEN_BRACKET } from '../../../libs/json-payload/json-scanner.ts';
import { JsonText } from '../../../libs/json-payload/json-text.ts';

/** Three bullets: what stands for a masked value. */
export const MASKED = '"\u2022\u2022\u2022"';

/** A JSON pointer (RFC 6901) as its reference tokens. */
export type Pointer = readonly string[];

/** `/card/number`; null where it is no pointer, or is the empty one, which would be the whole payload. */
export function parsePointer(text: string): Pointer | null {
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return null;
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A payload without these values; all else stays, character for character. Of duplicate keys each is masked. */
export function maskedPayload(payload: JsonText, pointers: readonly Pointer[]): JsonText {
  const { text } = payload;
  const whole = { start: 0, end: text.length };
  const found = pointers
    .flatMap((pointer) => spansOf(text, whole, pointer))
    .sort((a, b) => a.start - b.start || b.end - a.end);
  if (found.length === 0) return payload;
  let masked = '';
  let at = 0;
  for (const { start, end } of found) {
    // Within a value that is masked already.
    if (start < at) continue;
    masked += text.slice(at, start) + MASKED;
    at = end;
  }
  return new JsonText(masked + text.slice(at));
}

function spansOf(text: string, span: JsonSpan, pointer: Pointer): JsonSpan[] {
  let spans: JsonSpan[] = [span];
  for (const token of pointer) {
    spans = spans.flatMap((within) => children(text, within, token));
    if (spans.length === 0) break;
  }
  return spans;
}

function children(text: string, { start, end }: JsonSpan, token: string): JsonSpan[] {
  const first = text.charCodeAt(start);
  if (first === OPEN_BRACE) return objectMembers(text, start, end).filter(({ key }) => key === token);
  if (first !== OPEN_BRACKET || !/^(?:0|[1-9]\d{0,9})$/.test(token)) return [];
  const element = arrayElements(text, start, end)[Number(token)];
  return element === undefined ? [] : [element];
}

import type { JsonSpan } from '../../../libs/json-payload/json-members.ts';
import { JsonPaths } from '../../../libs/json-payload/json-paths.ts';
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

/** The values at pointers, found in one pass however many pointers there are. */
export class Mask {
  private readonly paths: JsonPaths;

  constructor(pointers: readonly Pointer[]) {
    this.paths = JsonPaths.ofPointers(pointers);
  }

  /** A payload without these values; all else stays, character for character. Of duplicate keys each is masked. */
  applyTo(payload: JsonText): JsonText {
    const { text } = payload;
    // Of those that end last on, so that one comes before those that it contains.
    const outermost: JsonSpan[] = [];
    for (const span of this.paths.findAll(text).toReversed()) {
      const after = outermost.at(-1);
      if (after === undefined || span.end <= after.start) outermost.push(span);
    }
    if (outermost.length === 0) return payload;
    let masked = '';
    let at = 0;
    for (const { start, end } of outermost.toReversed()) {
      masked += text.slice(at, start) + MASKED;
      at = end;
    }
    return new JsonText(masked + text.slice(at));
  }
}

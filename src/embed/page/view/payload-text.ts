/** A piece of a payload on the screen. */
export interface PayloadPart {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'text';
  readonly text: string;
}

export interface PayloadView {
  readonly parts: readonly PayloadPart[];
  /** Whether there is more than what is shown. */
  readonly isCut: boolean;
}

/** Of the source text: what is beyond is not shown. */
export const MAX_PAYLOAD_CHARACTERS = 65_536;
const MAX_LINES = 4_000;
/** Deeper levels are not indented further, so that a deep payload stays of a size with its text. */
const MAX_INDENTS = 32;

const TOKEN = /"(?:[^"\\]|\\[\s\S])*"?|[-+.\w]+|[{}[\],:]|\s+|[\s\S]/g;

/** Characters that one cannot see, or that change the order of others: as JSON writes them. */
const UNSEEN = /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const seen = (text: string) =>
  text.replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * Lays out the text of a JSON value over lines. Nothing is parsed: numbers keep their digits, keys that occur twice stay,
 * and a text that is not JSON is shown as it is.
 */
export function layOutPayload(source: string): PayloadView {
  const layout = new Layout();
  const text = source.slice(0, MAX_PAYLOAD_CHARACTERS);
  const tokens = text.match(TOKEN)?.filter((token) => /\S/.test(token)) ?? [];
  for (let at = 0; at < tokens.length; at++) {
    if (layout.lines >= MAX_LINES) return { parts: layout.parts(), isCut: true };
    layout.add(tokens[at] as string, tokens[at + 1]);
  }
  return { parts: layout.parts(), isCut: text.length < source.length };
}

class Layout {
  lines = 1;
  #depth = 0;
  #afterOpening = false;
  #parts: PayloadPart[] = [];
  /** Between two coloured parts: collected, so that there are few elements. */
  #text = '';

  add(token: string, next: string | undefined): void {
    const wasOpened = this.#afterOpening;
    this.#afterOpening = false;
    if (token === '}' || token === ']') this.#close(token, wasOpened);
    else {
      if (wasOpened) this.#newLine();
      if (token === '{' || token === '[') this.#open(token);
      else if (token === ',') this.#separate();
      else if (token === ':') this.#text += ': ';
      else this.#value(token, next === ':');
    }
  }

  parts(): readonly PayloadPart[] {
    this.#flush();
    return this.#parts;
  }

  #open(token: string): void {
    this.#text += token;
    this.#depth++;
    this.#afterOpening = true;
  }

  #close(token: string, isEmpty: boolean): void {
    this.#depth = Math.max(0, this.#depth - 1);
    if (!isEmpty) this.#newLine();
    this.#text += token;
  }

  #separate(): void {
    this.#text += ',';
    this.#newLine();
  }

  #value(token: string, isKey: boolean): void {
    this.#flush();
    this.#parts.push({ kind: kindOf(token, isKey), text: seen(token) });
  }

  #newLine(): void {
    this.#text += `\n${'  '.repeat(Math.min(this.#depth, MAX_INDENTS))}`;
    this.lines++;
  }

  #flush(): void {
    if (this.#text !== '') this.#parts.push({ kind: 'text', text: this.#text });
    this.#text = '';
  }
}

function kindOf(token: string, isKey: boolean): PayloadPart['kind'] {
  if (token.startsWith('"')) return isKey ? 'key' : 'string';
  if (/^-?\d/.test(token)) return 'number';
  return /^(?:true|false|null)$/.test(token) ? 'word' : 'text';
}

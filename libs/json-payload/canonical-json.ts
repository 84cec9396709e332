import {
  closes,
  COMMA,
  LAST_SPACE,
  OPEN_BRACE,
  opens,
  QUOTE,
  spaceEnd,
  stringValue,
  valueEnd,
} from './json-scanner.ts';

/** An array or object that is still to be written; a Map, because `__proto__` is a key like any other. */
type Container = Node[] | Map<string, Node>;
/** A scalar is already in its canonical text. */
type Node = string | Container;

/**
 * A text that two JSON texts share exactly if they have the same value. The rules:
 *  - no white space; keys in the order of their UTF-16 code units, as in RFC 8785 §3.2.3;
 *  - of members with the same key the last one counts, as in JSON.parse;
 *  - strings count by their value: `"\u0041"` is `"A"`, `"\/"` is `"/"`. A lone surrogate is
 *    kept, and is equal to no other;
 *  - numbers count by their text: `1.0`, `1`, `1e0` and `1E0` are four values, `-0` is not `0`.
 *    RFC 8785 would round them to doubles, and call two 30-digit integers equal that are not.
 *
 * Linear but for the sorting, and not recursive: 100,000 levels are no danger.
 *
 * @param text a text that JSON.parse has accepted.
 */
export function canonicalJson(text: string): string {
  return write(read(text));
}

function read(text: string): Node {
  const end = text.length;
  const top: Node[] = [];
  const around: Container[] = [];
  let container: Container = top;
  let at = 0;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code <= LAST_SPACE) {
      at++;
      continue;
    }
    if (closes(code)) {
      container = around.pop() ?? top;
      at++;
      continue;
    }
    let key = '';
    if (container instanceof Map) {
      const keyEnd = valueEnd(text, at, end);
      key = stringValue(text, at, keyEnd);
      const colon = spaceEnd(text, keyEnd, end);
      at = spaceEnd(text, colon + 1, end);
    }
    const node = nodeAt(text, at, end);
    if (container instanceof Map) container.set(key, node.value);
    else container.push(node.value);
    at = node.end;
    if (typeof node.value !== 'string') {
      around.push(container);
      container = node.value;
    }
  }
  return top[0] ?? '';
}

/** A scalar whole, a container opened. */
function nodeAt(text: string, start: number, end: number): { value: Node; end: number } {
  const first = text.charCodeAt(start);
  if (opens(first)) return { value: first === OPEN_BRACE ? new Map() : [], end: start + 1 };
  const after = valueEnd(text, start, end);
  const value = first === QUOTE ? JSON.stringify(stringValue(text, start, after)) : text.slice(start, after);
  return { value, end: after };
}

/** Pieces are joined once, at the end: joined level by level, deep texts would cost their depth squared. */
function write(top: Node): string {
  const pieces: string[] = [];
  const toWrite: Node[] = [top];
  for (let node = toWrite.pop(); node !== undefined; node = toWrite.pop()) {
    if (typeof node === 'string') pieces.push(node);
    else if (node instanceof Map) pushObject(toWrite, node);
    else pushArray(toWrite, node);
  }
  return pieces.join('');
}

// What is pushed first is written last.

function pushArray(toWrite: Node[], elements: Node[]): void {
  toWrite.push(']');
  for (let index = elements.length - 1; index >= 0; index--) {
    toWrite.push(elements[index] as Node);
    if (index > 0) toWrite.push(',');
  }
  toWrite.push('[');
}

function pushObject(toWrite: Node[], members: Map<string, Node>): void {
  // Without a comparison function sort() compares UTF-16 code units.
  const keys = [...members.keys()].sort();
  toWrite.push('}');
  for (let index = keys.length - 1; index >= 0; index--) {
    const key = keys[index] as string;
    toWrite.push(members.get(key) as Node, `${index > 0 ? ',' : ''}${JSON.stringify(key)}:`);
  }
  toWrite.push('{');
}

import type { JsonSpan } from './json-members.ts';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  spaceEnd,
  stringEnd,
  stringValue,
  valueEnd,
} from './json-scanner.ts';

/** From a value into one that it contains: a string is the key of an object, a number the place in an array, from 0. */
export type JsonStep = string | number;
export type JsonPath = readonly JsonStep[];

/** What begins with the same steps is looked for together. */
interface Node {
  readonly children: Map<JsonStep, Node>;
  /** The paths that end here, as places in the list of all. */
  readonly ends: number[];
  /** The paths that end here or lead through here. */
  readonly through: number[];
}

/** Is told of every value that a path leads to, in the order in which the values end. */
type Found = (path: number, start: number, end: number) => void;
/** Is told of every value that a path leads to or through, before it is looked into. */
type Entered = (paths: readonly number[]) => void;

const nothing = (): void => {};

/**
 * Where paths lead in a JSON text. All paths are looked for in one pass, linear in the length of the text whatever the
 * number and the depth of the paths, and no value is made of what they do not lead to.
 *
 * The texts must be known to be valid JSON, as for `objectMembers`; white space around the value is allowed.
 */
export class JsonPaths {
  private readonly root = newNode();
  private readonly count: number;

  constructor(paths: readonly JsonPath[]) {
    this.count = paths.length;
    paths.forEach((path, index) => add(this.root, path, index));
  }

  /**
   * The paths of JSON pointers (RFC 6901), whose digits are a key in an object and a place in an array.
   *
   * @param pointers as their reference tokens.
   */
  static ofPointers(pointers: readonly (readonly string[])[]): JsonPaths {
    const paths = new JsonPaths(pointers);
    addPlaces(paths.root);
    return paths;
  }

  /** One span for each path, in their order; undefined: it leads to nothing. Of duplicate keys the last one counts. */
  find(text: string): (JsonSpan | undefined)[] {
    const spans = new Array<JsonSpan | undefined>(this.count).fill(undefined);
    const forget: Entered = (paths) => {
      for (const path of paths) spans[path] = undefined;
    };
    walk(text, spaceEnd(text, 0, text.length), this.root, forget, (path, start, end) => (spans[path] = { start, end }));
    return spans;
  }

  /** All values that a path leads to, of duplicate keys each; a value comes after those that it contains. */
  findAll(text: string): JsonSpan[] {
    const spans: JsonSpan[] = [];
    walk(text, spaceEnd(text, 0, text.length), this.root, nothing, (_path, start, end) => spans.push({ start, end }));
    return spans;
  }
}

const newNode = (): Node => ({ children: new Map(), ends: [], through: [] });

function add(root: Node, path: JsonPath, index: number): void {
  let node = root;
  for (const step of path) {
    let child = node.children.get(step);
    if (child === undefined) node.children.set(step, (child = newNode()));
    child.through.push(index);
    node = child;
  }
  node.ends.push(index);
}

const PLACE = /^(?:0|[1-9]\d{0,9})$/;

function addPlaces(node: Node): void {
  for (const [step, child] of [...node.children]) {
    addPlaces(child);
    if (PLACE.test(String(step))) node.children.set(Number(step), child);
  }
}

/** Calls itself only as deep as the paths are. Returns the index after the value. */
function walk(text: string, start: number, node: Node, entered: Entered, found: Found): number {
  const first = text.charCodeAt(start);
  const isLookedInto = node.children.size > 0;
  const end =
    isLookedInto && first === OPEN_BRACE
      ? walkObject(text, start, node, entered, found)
      : isLookedInto && first === OPEN_BRACKET
        ? walkArray(text, start, node, entered, found)
        : valueEnd(text, start, text.length);
  for (const path of node.ends) found(path, start, end);
  return end;
}

function walkObject(text: string, start: number, node: Node, entered: Entered, found: Found): number {
  let at = spaceEnd(text, start + 1, text.length);
  while (at < text.length && text.charCodeAt(at) !== CLOSE_BRACE) {
    const keyEnd = stringEnd(text, at);
    const child = node.children.get(stringValue(text, at, keyEnd));
    const colon = spaceEnd(text, keyEnd, text.length);
    at = walkItem(text, spaceEnd(text, colon + 1, text.length), child, entered, found);
  }
  return at + 1;
}

function walkArray(text: string, start: number, node: Node, entered: Entered, found: Found): number {
  let at = spaceEnd(text, start + 1, text.length);
  for (let place = 0; at < text.length && text.charCodeAt(at) !== CLOSE_BRACKET; place++) {
    at = walkItem(text, at, node.children.get(place), entered, found);
  }
  return at + 1;
}

/** Past the value that begins there, and the comma, to the next item or the closing bracket. */
function walkItem(text: string, start: number, child: Node | undefined, entered: Entered, found: Found): number {
  let end: number;
  if (child === undefined) {
    end = valueEnd(text, start, text.length);
  } else {
    entered(child.through);
    end = walk(text, start, child, entered, found);
  }
  const next = spaceEnd(text, end, text.length);
  return text.charCodeAt(next) === COMMA ? spaceEnd(text, next + 1, text.length) : next;
}

import type { Display } from './display-rule.ts';
import { MAX_SHOWN_LENGTH, needsCare } from './plain-text.ts';
import { NO_VALUE, type Template } from './template.ts';
import { valueText, type ShownEvent, type ValuePlace } from './value-text.ts';

/** What the displays of a rule are made of. */
export interface DisplaySource {
  readonly title: Template | null;
  readonly builtInTitle: string;
  readonly severity: string;
  readonly icon: string | null;
  readonly url: Template | null;
  readonly fields: readonly { readonly label: string; readonly place: ValuePlace }[];
  readonly quiet: boolean;
  readonly hidden: boolean;
}

/** Where the JSON has a value in it. */
interface Use {
  readonly of: 'title' | 'url' | 'field';
  /** Which of the values. */
  readonly value: number;
  /** Stands where there is none; null: then the whole display is made with care. */
  readonly missing: string | null;
}

/** What percent-encoding leaves as it is, but for the dot, of which a segment that leads elsewhere could be made. */
const AS_IN_URLS = /^[\w~-]+$/;

/** Nothing of it could be seen, though it is not empty. */
const isBlank = (text: string): boolean => text !== '' && text.trim() === '';

/** The JSON of a display, always with the same members in the same order, as {@link inLatin1}. */
export const displayJson = ({ title, severity, icon, url, fields, quiet, hidden }: Display): string =>
  inLatin1(JSON.stringify({ title, severity, icon, url, fields, quiet, hidden }));

const BEYOND_LATIN1 = /[^\0-\xff]/;
const LAST_OF_LATIN1 = 0xff;

/**
 * The same JSON with all characters beyond U+00FF escaped. V8 keeps a text with one of them at two bytes a character: with
 * one € on a page, the page took 1.50 times the CPU of one without displays, and 1.24 times without it.
 */
function inLatin1(json: string): string {
  if (!BEYOND_LATIN1.test(json)) return json;
  // Character by character: a part of a text with two bytes a character has two bytes a character, too.
  let escaped = '';
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    escaped += code > LAST_OF_LATIN1 ? `\\u${code.toString(16).padStart(4, '0')}` : json[at];
  }
  return escaped;
}

/**
 * Writes the JSON of displays as fast as pages need it: what of it is the same for all events of a type is there from the
 * beginning, and each value is found once, however often it is shown. It does so only where every value is what values
 * usually are: short, and made of characters that neither JSON nor a URL has to escape. Then it is byte for byte the
 * {@link displayJson} of the display.
 *
 * With a title, a link and two fields of three values it takes two fifths of the time of a display that is made first and
 * encoded then (1.9 µs against 4.9, Node 20).
 */
export class DisplayJson {
  private readonly values: ValuePlace[] = [];
  private readonly pieces: (string | Use)[] = [];
  private titleLength = 0;
  private hasVisibleTitle = false;

  private constructor() {}

  /** Null where a text of the rule itself needs care. */
  static of(source: DisplaySource): DisplayJson | null {
    const json = new DisplayJson();
    return json.begin(source) ? json : null;
  }

  /** Null where a value needs care. */
  write(event: ShownEvent): string | null {
    const texts = new Array<string | null>(this.values.length);
    for (let index = 0; index < texts.length; index++) {
      const text = valueText(this.values[index] as ValuePlace, event);
      if (text !== null && (needsCare(text) || isBlank(text))) return null;
      texts[index] = text === null ? null : inLatin1(text);
    }
    let json = '';
    let { titleLength, hasVisibleTitle } = this;
    for (const piece of this.pieces) {
      if (typeof piece === 'string') {
        json += piece;
        continue;
      }
      const text = texts[piece.value] ?? piece.missing;
      if (text === null || (piece.of === 'url' && !AS_IN_URLS.test(text))) return null;
      if (piece.of === 'title') {
        // Of an escaped text it is more than it takes: at worst the display is made with care.
        titleLength += text.length;
        hasVisibleTitle ||= text !== '';
      }
      json += text;
    }
    return hasVisibleTitle && titleLength <= MAX_SHOWN_LENGTH ? json : null;
  }

  private begin({ title, builtInTitle, severity, icon, url, fields, quiet, hidden }: DisplaySource): boolean {
    this.add('{"title":"');
    if (!this.template(title ?? { parts: [builtInTitle] }, 'title', NO_VALUE)) return false;
    this.add(`","severity":${JSON.stringify(severity)},"icon":${JSON.stringify(icon)},"url":`);
    if (url === null) this.add('null');
    else if (!this.link(url)) return false;
    this.add(',"fields":[');
    for (const [index, { label, place }] of fields.entries()) {
      this.add(`${index === 0 ? '' : ','}{"label":${inLatin1(JSON.stringify(label))},"value":"`);
      this.use('field', place, NO_VALUE);
      this.add('"}');
    }
    this.add(`],"quiet":${quiet},"hidden":${hidden}}`);
    return true;
  }

  private link(url: Template): boolean {
    // Of a percent sign and a value together another character could come, such as a dot.
    if (url.parts.some((part) => typeof part === 'string' && part.includes('%'))) return false;
    this.add('"');
    const isFit = this.template(url, 'url', null);
    this.add('"');
    return isFit;
  }

  private template({ parts }: Template, of: 'title' | 'url', missing: string | null): boolean {
    return parts.every((part) => {
      if (typeof part !== 'string') return this.use(of, part, missing);
      if (of === 'title') {
        this.titleLength += part.length;
        this.hasVisibleTitle ||= /\S/.test(part);
      }
      return this.literal(part);
    });
  }

  private literal(text: string): boolean {
    this.add(inLatin1(JSON.stringify(text)).slice(1, -1));
    return !needsCare(text.replace(/["\\]/g, ''));
  }

  private use(of: Use['of'], { fallback, ...place }: ValuePlace, missing: string | null): boolean {
    const instead = fallback ?? missing;
    const value = this.values.findIndex(
      (known) => JSON.stringify(known) === JSON.stringify({ ...place, fallback: null }),
    );
    if (value < 0) this.values.push({ ...place, fallback: null });
    const isFit = instead !== null && !needsCare(instead) && !isBlank(instead);
    this.pieces.push({
      of,
      value: value < 0 ? this.values.length - 1 : value,
      missing: isFit ? inLatin1(instead) : null,
    });
    return true;
  }

  private add(text: string): void {
    const last = this.pieces.at(-1);
    if (typeof last === 'string') this.pieces[this.pieces.length - 1] = last + text;
    else this.pieces.push(text);
  }
}

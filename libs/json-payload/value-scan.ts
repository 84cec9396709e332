import { BACKSLASH, closes, COMMA, LAST_SPACE, opens, QUOTE } from './json-scanner.ts';

/**
 * Finds the end of a JSON value in pieces, of a text that nobody has checked: so work on a long text
 * can be interrupted. What is between two brackets is not checked, and closing ones count alike:
 * whoever needs a valid value lets JSON.parse read what was found. A text that is one value for
 * JSON.parse ends here in the same place.
 */
export class ValueScan {
  /** How far it has come; when it is done, the index after the value. */
  at = 0;
  private depth = 0;
  private inString = false;

  constructor(private readonly text: string) {}

  /** @param start where the value begins, which is not white space. */
  begin(start: number): void {
    this.at = start;
    this.depth = 0;
    this.inString = false;
  }

  /**
   * Goes on for about so many characters.
   *
   * @returns whether the end is found.
   * @throws SyntaxError where the text ends within the value.
   */
  advance(characters: number): boolean {
    const { text } = this;
    const to = Math.min(this.at + characters, text.length);
    while (this.at < to) {
      if (this.inString) {
        this.passQuote();
        if (!this.inString && this.depth === 0) return true;
        continue;
      }
      const code = text.charCodeAt(this.at);
      if (this.depth === 0 && !opens(code) && code !== QUOTE) return this.passScalar(to);
      this.at++;
      if (code === QUOTE) this.inString = true;
      else if (opens(code)) this.depth++;
      else if (closes(code) && --this.depth === 0) return true;
    }
    if (this.at >= text.length) throw new SyntaxError('the JSON text ends within a value');
    return false;
  }

  /** To the next quote in a string, which ends it unless it is escaped. */
  private passQuote(): void {
    const quote = this.text.indexOf('"', this.at);
    if (quote === -1) throw new SyntaxError('a string in the JSON text has no end');
    let before = quote - 1;
    while (this.text.charCodeAt(before) === BACKSLASH) before--;
    this.inString = (quote - before) % 2 === 0;
    this.at = quote + 1;
  }

  /** A number, true, false or null, as far as anything that cannot be part of it. */
  private passScalar(to: number): boolean {
    while (this.at < to) {
      const code = this.text.charCodeAt(this.at);
      if (code === COMMA || code <= LAST_SPACE || closes(code)) return true;
      this.at++;
    }
    if (this.at >= this.text.length) throw new SyntaxError('the JSON text ends within a value');
    return false;
  }
}

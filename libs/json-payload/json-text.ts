/**
 * A JSON value kept as its source text (RFC 8259), so that nothing is lost on the way: JSON.parse
 * rounds numbers and drops duplicate keys. A serializer writes `text` out as it is.
 *
 * The text must be known to be valid JSON; nothing is checked here. JSON.stringify does not know
 * this class: it would write an object with the member `text`.
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A body that is sent as it stands, without an envelope: metrics, Markdown. */
export class TextResponse {
  constructor(
    readonly text: string,
    readonly contentType: string,
  ) {}
}

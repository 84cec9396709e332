/** What a handler returns where the status or a header depends on what happened. */
export class Reply {
  constructor(
    readonly status: number,
    readonly data: unknown,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

/** A body that is sent as it stands, without an envelope: metrics, Markdown. */
export class TextReply {
  constructor(
    readonly text: string,
    readonly contentType: string,
  ) {}
}

/** A body whose parts are made while it is sent, no faster than the client reads them. */
export class StreamReply {
  constructor(
    readonly parts: AsyncIterable<string>,
    readonly contentType: string,
  ) {}
}

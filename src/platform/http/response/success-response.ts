/** What a handler returns, for the success envelope, where the status or a header depends on what happened. */
export class SuccessResponse {
  constructor(
    readonly status: number,
    readonly data: unknown,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

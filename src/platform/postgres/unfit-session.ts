/** The sessions of the database are not as the service needs them, until somebody changes a setting. */
export class UnfitSession extends Error {
  /**
   * @param problem what is wrong: a sentence without its full stop.
   * @param remedy what to do: whole sentences.
   */
  constructor(
    problem: string,
    readonly remedy: string,
  ) {
    super(`${problem}. ${remedy}`);
    this.name = 'UnfitSession';
  }
}

/** Remembers the last unfit session, and tells each kind of them once. */
export class UnfitSessions {
  private last: { readonly session: UnfitSession; readonly at: number } | undefined;
  private readonly told = new Set<string>();
  private tell: (line: string) => void = () => {};

  /** From now on a line goes there, the first time that a remedy is needed. */
  tellTo(tell: (line: string) => void): void {
    this.tell = tell;
  }

  note(session: UnfitSession): void {
    this.last = { session, at: performance.now() };
    if (this.told.has(session.remedy)) return;
    this.told.add(session.remedy);
    this.tell(session.message);
  }

  /** The last one, where it was met within the last so many milliseconds. */
  within(ms: number): UnfitSession | undefined {
    return this.last !== undefined && performance.now() - this.last.at < ms ? this.last.session : undefined;
  }
}

/** The app of a page, and who may show it. */
export interface PageApp {
  readonly id: string;
  /** As browsers name them, or with one star for all sites below a domain. */
  readonly embedOrigins: readonly string[];
}

/** Knows the public keys, by which the page that is embedded knows its app. */
export abstract class AppPublicKeys {
  /** `pk_live_…` @throws SERVICE_UNAVAILABLE */
  abstract of(appId: string): Promise<string>;

  /**
   * Whose public key a text is, which whoever opens a page chooses.
   *
   * @param address of whoever opens it: where many unknown texts come, addresses take turns.
   * @returns null where it is nobody's that may be used now.
   * @throws SERVICE_UNAVAILABLE
   */
  abstract appOf(publicKey: string, address: string): Promise<PageApp | null>;
}

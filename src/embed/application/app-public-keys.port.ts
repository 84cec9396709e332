/** Knows the public keys, by which the page that is embedded knows its app. */
export abstract class AppPublicKeys {
  /** `pk_live_…` @throws SERVICE_UNAVAILABLE */
  abstract of(appId: string): Promise<string>;
}

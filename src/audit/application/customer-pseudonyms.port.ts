/** How the audit names customers: it is not for this slice to know by what these names are made. */
export abstract class CustomerPseudonyms {
  /** All by which a customer of an app may be named in the audit, also after its erasure. */
  abstract of(appId: string, externalId: string): readonly string[];
}

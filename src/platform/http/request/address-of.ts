/** Who is at the other end of a connection, which may be a proxy for many; empty where it is gone. */
export const addressOf = ({ remoteAddress }: { readonly remoteAddress?: string | undefined }): string =>
  remoteAddress ?? '';

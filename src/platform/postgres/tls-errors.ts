/** What OpenSSL and Node call a certificate that they do not accept, and a handshake that fails. */
const TLS_CODES = /^(ERR_(TLS|SSL|OSSL)_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_)/;
/** What `pg` says, without a code, of a server that has no TLS. */
const NO_TLS = /does not support SSL|establishing an SSL connection/;

const UNKNOWN_AUTHORITY =
  'Name the file of the certificate authority that signed it: sslrootcert=/path/to/ca.pem in DATABASE_URL';
const REMEDIES: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'Set the host in DATABASE_URL to a name that the certificate is for',
  CERT_HAS_EXPIRED: 'Renew the certificate of the database',
  CERT_NOT_YET_VALID: 'Check the clocks of both machines',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
};

/** Whether a connection to the database failed because TLS did. */
export function isTlsError(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return (
    (typeof code === 'string' && TLS_CODES.test(code)) ||
    (code === undefined && typeof message === 'string' && NO_TLS.test(message))
  );
}

/** What to say of it, in a line. Such errors hold the whole certificate, which nobody wants to read. */
export function tlsProblem(error: Error & { readonly code?: unknown }): string {
  const message = error.message.replace(/\s+/g, ' ').replace(/[\s.:]+$/, '');
  if (NO_TLS.test(message)) {
    return `The database has no TLS (${message}). Switch it on there, or set sslmode=disable in DATABASE_URL.`;
  }
  const remedy = REMEDIES[String(error.code)] ?? 'Check sslmode, sslrootcert, sslcert and sslkey in DATABASE_URL';
  return `TLS with the database fails (${message}). ${remedy}.`;
}

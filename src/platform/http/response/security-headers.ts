import type { IncomingMessage } from 'node:http';

/**
 * What helmet sets by default, for responses that are data: nothing in them may be run, framed or
 * guessed at, and no cache may keep them. Written here because helmet costs 4 µs per request for
 * the same; see docs/decisions/0004-security-headers.md.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** Swagger UI runs its own scripts and has styles in its page. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const OF_DATA = Object.entries(SECURITY_HEADERS).flat();
const OF_DOCS = Object.entries({ ...SECURITY_HEADERS, 'Content-Security-Policy': DOCS_POLICY }).flat();

/** Names and values in turn. */
export function securityHeaders(request: IncomingMessage): readonly string[] {
  // Express takes the path of what is mounted out of `url`, and keeps it here.
  const { url, originalUrl = url } = request as IncomingMessage & { originalUrl?: string };
  return originalUrl?.startsWith('/docs') === true ? OF_DOCS : OF_DATA;
}

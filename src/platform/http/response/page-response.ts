import type { ServerResponse } from 'node:http';
import { inFlightRequestOf } from '../request/in-flight-request.ts';
import { addHeader } from './response-head.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { sendBytes } from './send.ts';

/** A body for browsers that is sent as it stands, and in which headers of security differ from those of data. */
export class PageResponse {
  /** Names and values in turn. */
  readonly securityHeaders: readonly string[];

  /**
   * @param ownHeaders in the place of {@link SECURITY_HEADERS}; null: there is none of this name.
   * @param headers beside them.
   */
  constructor(
    readonly body: string | Buffer,
    readonly contentType: string,
    ownHeaders: Readonly<Partial<Record<string, string | null>>>,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    const all: Partial<Record<string, string | null>> = { ...SECURITY_HEADERS, ...ownHeaders };
    this.securityHeaders = Object.entries(all).flatMap(([name, value]) =>
      typeof value === 'string' ? [name, value] : [],
    );
  }
}

/** It holds no memory for this client: files are the same bytes for all, and pages are small. */
export function sendPage(response: ServerResponse, page: PageResponse): void {
  const inFlight = inFlightRequestOf(response);
  if (inFlight !== undefined) inFlight.ownSecurityHeaders = page.securityHeaders;
  for (const [name, value] of Object.entries(page.headers)) addHeader(response, name, value);
  sendBytes(response, response.statusCode, page.body, page.contentType);
}

/**
 * A document of HTML without an icon, for light and dark screens of any width.
 *
 * @param title as text.
 * @param head more of its head, as lines of HTML.
 * @param body as lines of HTML.
 */
export const htmlDocument = (title: string, head: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapedHtml(title)}</title>
<link rel="icon" href="data:,">
${head}</head>
<body>
${body}</body>
</html>
`;

export const HTML_TYPE = 'text/html; charset=utf-8';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as it may stand in HTML, between tags and in a quoted attribute. */
export const escapedHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES[char] as string);

import { createHash } from 'node:crypto';
import type { Page } from '../request/in-flight-request.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** A body for browsers that is sent as it stands, and in which headers of security differ from those of data. */
export class PageResponse implements Page {
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

/** The source by which a policy allows one script that stands in the page itself (Content Security Policy 3, §2.3.1). */
export const scriptSource = (script: string): string =>
  `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

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

import { escapedHtml, HTML_TYPE, htmlDocument, PageResponse } from '../../platform/http/response/page-response.ts';
import { isPublicKey, type PageApp } from '../application/page-apps.ts';
import type { PageFiles } from './page-files.ts';

/** What the page may do; which sites may show it in a frame follows. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; " +
  "form-action 'none'; require-trusted-types-for 'script'";

/**
 * The sites that may show the page. A Content-Security-Policy has no form for IPv6 addresses (`http://[::1]`): browsers
 * ignore such a source, so it is left out.
 *
 * @param app null: there is none, and no site may.
 */
export const frameOrigins = (app: PageApp | null): readonly string[] =>
  (app?.embedOrigins ?? []).filter((origin) => !origin.includes('['));

/** @param origins as {@link frameOrigins} gives them. */
export const pagePolicy = (origins: readonly string[]): string =>
  `${POLICY}; frame-ancestors ${origins.length === 0 ? "'none'" : origins.join(' ')}`;

/** A page in frames of the sites that its policy names. */
export const framedPage = (html: string, policy: string): PageResponse =>
  new PageResponse(html, HTML_TYPE, {
    'Content-Security-Policy': policy,
    // It cannot hold a list; frame-ancestors says it all.
    'X-Frame-Options': null,
  });

/** @param path of a page; with a slash at the end, browsers take relative addresses to be one folder deeper. */
export const assetsFrom = (path: string): string => (path.endsWith('/') ? '../assets' : 'assets');

/**
 * The page without any data of a customer. What it is opened for stands in attributes of its one element: `public-key`,
 * and `origins` with a space between them. Its addresses are relative, since PUBLIC_URL may have a path.
 *
 * @param path under which it is opened.
 * @param publicKey as whoever opens the page has sent it: what has not the form of one is left out.
 * @param origins as {@link frameOrigins} gives them.
 */
export function pageShell(
  { script, style }: PageFiles,
  path: string,
  publicKey: unknown,
  origins: readonly string[],
): string {
  const assets = assetsFrom(path);
  const attributes = { 'public-key': isPublicKey(publicKey) ? publicKey : '', origins: origins.join(' ') };
  const written = Object.entries(attributes).flatMap(([name, value]) =>
    value === '' ? [] : [` ${name}="${escapedHtml(value)}"`],
  );
  const head = `<link rel="stylesheet" href="${assets}/${escapedHtml(style)}">
<script type="module" src="${assets}/${escapedHtml(script)}"></script>
`;
  const body = `<customer-timeline${written.join('')}></customer-timeline>
<noscript>The customer timeline needs JavaScript.</noscript>
`;
  return htmlDocument('Customer timeline', head, body);
}

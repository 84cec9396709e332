import type { DomainError } from '../../../libs/kernel/domain-error.ts';
import {
  escapedHtml,
  htmlDocument,
  scriptSource,
  type PageResponse,
} from '../../platform/http/response/page-response.ts';
import type { PageFiles } from './page-files.ts';
import { assetsFrom, framedPage } from './page-shell.ts';

/**
 * Loads the page again after 5 to 10 seconds, so that pages that failed together do not come again together. The token is
 * still there: it is the fragment of the address. (`<meta http-equiv="refresh">` to an address with a fragment goes to the
 * fragment, and loads nothing.)
 */
const RELOAD = 'setTimeout(() => location.reload(), 5_000 + 5_000 * Math.random())';

/**
 * Every site may show it: which ones the app allows cannot be known while the database is away, and there is nothing of
 * anybody on it, and nothing to click.
 */
const POLICY =
  `default-src 'none'; script-src ${scriptSource(RELOAD)}; style-src 'self'; img-src data:; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors *";

/**
 * What an agent sees where the timeline itself cannot be loaded.
 *
 * @param path under which the timeline was opened.
 * @param requestId for the operator.
 */
export function failurePage({ style }: PageFiles, path: string, error: DomainError, requestId: string): PageResponse {
  const title = error.kind === 'too-many' ? 'Too many requests' : 'The service does not answer right now';
  const head = `<link rel="stylesheet" href="${assetsFrom(path)}/${escapedHtml(style)}">
<script>${RELOAD}</script>
`;
  const body = `<main class="message">
<h1>${title}</h1>
<p>The timeline is loaded again by itself every few seconds.</p>
<p class="code">${escapedHtml(`${error.code} · request ${requestId}`)}</p>
</main>
`;
  return framedPage(htmlDocument('Customer timeline', head, body), POLICY);
}

import { Controller, Get, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { WithoutKey } from '../platform/http/request/caller.ts';
import { HTML_TYPE, htmlDocument, PageResponse } from '../platform/http/response/page-response.ts';

/** What the first page tells of. */
export interface HomeSettings {
  readonly docsEnabled: boolean;
  readonly embedEnabled: boolean;
}

/** The injection token of the {@link HomeSettings}. */
export const HOME_SETTINGS = 'HOME_SETTINGS';

const POLICY = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** For a person who opens the address of the service in a browser. It has nothing of any app, and asks no database. */
@Controller()
@ApiExcludeController()
@WithoutKey()
export class HomeController {
  private readonly page: PageResponse;

  constructor(@Inject(HOME_SETTINGS) settings: HomeSettings) {
    this.page = new PageResponse(homePage(settings), HTML_TYPE, { 'Content-Security-Policy': POLICY });
  }

  @Get()
  home(): PageResponse {
    return this.page;
  }
}

const DOCS = `<p><a href="docs">The API, to try out</a>, and <a href="docs-json">its OpenAPI document</a>.</p>
`;

const EMBED = `<p>The timeline of one customer is a page of its own. With the embedded PostgreSQL, each start prints a link to the
one of the demo on the terminal. For a customer of yours, <code>POST /api/v1/embed/sessions</code> returns the
<code>url</code> of its page.</p>
`;

const homePage = ({ docsEnabled, embedEnabled }: HomeSettings): string =>
  htmlDocument(
    'Customer Events',
    '',
    `<main>
<h1>Customer Events</h1>
<p>This service keeps business events on the timelines of customers. Programs send them to
<code>POST /api/v1/customer-events</code>, with a key.</p>
${docsEnabled ? DOCS : ''}${embedEnabled ? EMBED : ''}</main>
`,
  );

import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { defineError } from '../../../libs/kernel/domain-error.ts';
import { routeNotFound } from '../../platform/http/errors/http-error.ts';
import { WithoutKey } from '../../platform/http/request/caller.ts';
import { addressOf } from '../../platform/http/request/address-of.ts';
import { setFailurePage } from '../../platform/http/request/in-flight-request.ts';
import { PrefersHtml } from '../../platform/http/request/prefers.ts';
import { ThisRequest } from '../../platform/http/request/this-request.ts';
import { PageResponse } from '../../platform/http/response/page-response.ts';
import { PageApps } from '../application/page-apps.ts';
import { failurePage } from './failure-page.ts';
import { PAGE_ENCODINGS, PAGE_FILES, type PageFiles } from './page-files.ts';
import { framedPage, frameOrigins, pagePolicy, pageShell } from './page-shell.ts';

const pageNotBuilt = defineError('not-found', 'NOT_FOUND', () => ({
  message: 'The agent page is not in this build of the service; its operator can make it: npm run build',
}));

/** The names of files change with their content. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** The agent page, which the API's document leaves out: it is for browsers. */
@Controller('embed')
@ApiExcludeController()
@WithoutKey()
export class EmbedPageController {
  constructor(
    private readonly pageApps: PageApps,
    @Inject(PAGE_FILES) private readonly page: PageFiles | null,
  ) {}

  /**
   * The same page for whatever `k` is; sites may show it only where that is the public key of their app. No cache keeps it
   * (SECURITY_HEADERS): whom an app lets show it takes effect within ten seconds.
   */
  @Get('timeline')
  async timeline(
    @Query('k') publicKey: unknown,
    @ThisRequest() { path, socket, res }: Request,
    @PrefersHtml() isBrowser: boolean,
  ): Promise<PageResponse> {
    const page = this.requirePage();
    if (isBrowser && res !== undefined) setFailurePage(res, (error, id) => failurePage(page, path, error, id));
    const origins = frameOrigins(await this.pageApps.find(publicKey, addressOf(socket)));
    return framedPage(pageShell(page, path, publicKey, origins), pagePolicy(origins));
  }

  @Get('assets/:name')
  file(@Param('name') name: string, @ThisRequest() request: Request): PageResponse {
    const file = this.requirePage().files.get(name);
    if (file === undefined) throw routeNotFound();
    const encoded = PAGE_ENCODINGS.find(
      (one) => file.encoded[one] !== undefined && request.acceptsEncodings(one) === one,
    );
    return new PageResponse(
      (encoded && file.encoded[encoded]) ?? file.bytes,
      file.contentType,
      { 'Cache-Control': FOR_EVER },
      { Vary: 'Accept-Encoding', ...(encoded === undefined ? {} : { 'Content-Encoding': encoded }) },
    );
  }

  private requirePage(): PageFiles {
    if (this.page === null) throw pageNotBuilt();
    return this.page;
  }
}

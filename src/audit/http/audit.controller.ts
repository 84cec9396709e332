import { Get, Res, type StreamableFile } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { Fails, Responds, ServerController } from '../../platform/http/docs/api-docs.ts';
import { Costly, tooManyCostlyRequests } from '../../platform/http/rate-limit/costly-requests.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentCaller, type Caller } from '../../platform/http/request/caller.ts';
import { Needs } from '../../platform/http/request/needs.ts';
import { PrefersNdjson } from '../../platform/http/request/prefers.ts';
import { QueryParams } from '../../platform/http/request/query-params.ts';
import { StreamLimits, tooManyStreams, tooManyStreamsOfKey } from '../../platform/http/request/stream-limits.ts';
import { ndjsonResponse } from '../../platform/http/response/ndjson-response.ts';
import { AppAudit } from '../application/app-audit.ts';
import { AUDIT_DEFAULT_LIMIT } from '../domain/audit-filter.ts';
import { auditFilter, AuditRequest } from './audit.request.ts';
import { AuditEntryResponse, auditLines, AuditPageResponse, auditPageResponse } from './audit.response.ts';

/** 1,000 entries as rows, as lines, and as what the connection has not taken yet. */
const STREAM_BYTES = 2_097_152;

@ServerController('audit', 'Audit')
export class AuditController {
  constructor(
    private readonly audit: AppAudit,
    private readonly streams: StreamLimits,
  ) {}

  @Get()
  @Needs('audit:read')
  @Costly()
  @Costs(10)
  @ApiOperation({
    summary: 'Read who did what: keys, exports, erasures, reads; the newest first',
    description:
      'Entries of the app of the key only. They name no customer: `customer` is a pseudonym, and there is no payload, ' +
      'address, external id or key in them. Reads are recorded within about a second: what keys have read as ' +
      '`customer.read.bulk`, one entry per key and hour whose `count` of requests rises during the hour. ' +
      'With `Accept: application/x-ndjson` all entries come as a stream, one a line.',
  })
  @Responds(
    200,
    AuditPageResponse,
    'A page of entries, or all of them, one a line.',
    {},
    {
      'application/x-ndjson': AuditEntryResponse,
    },
  )
  @Fails(tooManyCostlyRequests, tooManyStreams, tooManyStreamsOfKey)
  listAuditEntries(
    @CurrentCaller() caller: Caller,
    @QueryParams() query: AuditRequest,
    @PrefersNdjson() prefersNdjson: boolean,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AuditPageResponse | StreamableFile> {
    return prefersNdjson ? this.stream(caller, query, response) : this.page(caller, query);
  }

  private async page({ app }: Caller, query: AuditRequest): Promise<AuditPageResponse> {
    const { limit = AUDIT_DEFAULT_LIMIT, cursor } = query;
    return auditPageResponse(await this.audit.page(app.id, auditFilter(query), limit, cursor));
  }

  private async stream(caller: Caller, query: AuditRequest, response: Response): Promise<StreamableFile> {
    const { limit, cursor } = query;
    const { app, requireStillAllowed } = caller;
    this.streams.open(caller, response, STREAM_BYTES);
    return ndjsonResponse(
      auditLines(await this.audit.stream(app.id, auditFilter(query), limit, cursor, requireStillAllowed)),
    );
  }
}

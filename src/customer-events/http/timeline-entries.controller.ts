import { Get, Req } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { Request } from 'express';
import { hasScope } from '../../platform/access/scopes.ts';
import { Fails, ServerController } from '../../platform/http/docs/api-docs.ts';
import { Costly, tooManyCostlyRequests } from '../../platform/http/rate-limit/costly-requests.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentCaller, type Caller } from '../../platform/http/request/caller.ts';
import { Needs } from '../../platform/http/request/needs.ts';
import { QueryParams } from '../../platform/http/request/query-params.ts';
import type { SuccessResponse } from '../../platform/http/response/success-response.ts';
import { TimelineEntries } from '../application/timeline-entries.ts';
import { customerNotFound, eventNotFound } from '../domain/customer-events-error.ts';
import { entriesReply, RespondsEntries } from './entries.reply.ts';
import { entriesCost, EntriesRequest, entriesQuery, isSearch } from './entries.request.ts';
import { DocumentsExternalId, ExternalId } from './external-id.param.ts';

@ServerController('customers/:externalId/timeline', 'Timeline')
@DocumentsExternalId()
export class TimelineEntriesController {
  constructor(private readonly entries: TimelineEntries) {}

  @Get()
  @Needs('timeline:read')
  @Costs(entriesCost)
  @Costly(isSearch)
  @ApiOperation({
    summary: 'Read the timeline of a customer as it is shown to people',
    description:
      'Events with their displays. Neighbours of one type, and neighbours of quiet types, are one entry from three on; a fold ends at ' +
      'midnight of `tz`, at the instant `at`, and where a request has looked at 5,000 events. The name of the customer is in titles ' +
      'only for a key with `customers:read`.',
  })
  @RespondsEntries()
  @Fails(customerNotFound, eventNotFound, tooManyCostlyRequests)
  async listTimelineEntries(
    @CurrentCaller() { app, scopes }: Caller,
    @ExternalId() externalId: string,
    @QueryParams() request: EntriesRequest,
    @Req() { headers }: Request,
  ): Promise<SuccessResponse> {
    const query = entriesQuery(request);
    const { start } = query;
    const ticketAt = start.kind === 'at' ? start.at : null;
    const sight = { types: [], masked: false, knowsCustomer: hasScope(scopes, 'customers:read'), ticketAt };
    const page = await this.entries.page(app.id, externalId, query, sight);
    return entriesReply(page, start.kind === 'newest', headers);
  }
}

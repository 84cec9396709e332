import { Get, Req } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { Request } from 'express';
import { Fails, SessionController } from '../../platform/http/docs/api-docs.ts';
import { Costly, tooManyCostlyRequests } from '../../platform/http/rate-limit/costly-requests.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentSession, type SessionCaller } from '../../platform/http/request/caller.ts';
import { QueryParams } from '../../platform/http/request/query-params.ts';
import type { SuccessResponse } from '../../platform/http/response/success-response.ts';
import { TimelineEntries } from '../application/timeline-entries.ts';
import { customerNotFound, eventNotFound } from '../domain/customer-events-error.ts';
import { entriesReply, RespondsEntries } from './entries.reply.ts';
import { entriesCost, EntriesRequest, entriesQuery, isSearch } from './entries.request.ts';

@SessionController('entries')
export class EmbedEntriesController {
  constructor(private readonly entries: TimelineEntries) {}

  @Get()
  @Costs(entriesCost)
  @Costly(isSearch)
  @ApiOperation({
    summary: 'Read the timeline of the customer as entries',
    description:
      'Neighbours of one type, and neighbours of quiet types, are one entry from three on. A fold ends at midnight of `tz`, ' +
      'at the instant of the ticket, and where a request has looked at 5,000 events.',
  })
  @RespondsEntries()
  @Fails(customerNotFound, eventNotFound, tooManyCostlyRequests)
  async listEmbedEntries(
    @CurrentSession() { app, session }: SessionCaller,
    @QueryParams() request: EntriesRequest,
    @Req() { headers }: Request,
  ): Promise<SuccessResponse> {
    const query = entriesQuery(request);
    const { customerExternalId, types, masked, at: ticketAt } = session;
    const sight = { types, masked, knowsCustomer: true, ticketAt };
    const page = await this.entries.page(app.id, customerExternalId, query, sight);
    return entriesReply(page, query.start.kind === 'newest', headers);
  }
}

import { Get } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Fails, Responds, SessionController } from '../../platform/http/docs/api-docs.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentSession, type SessionCaller } from '../../platform/http/request/caller.ts';
import { QueryParams } from '../../platform/http/request/query-params.ts';
import { TimelineEntries } from '../application/timeline-entries.ts';
import { customerNotFound, eventNotFound } from '../domain/customer-events-error.ts';
import { EntriesRequest, entriesQuery } from './entries.request.ts';
import { EntriesPageResponse, entriesPageResponse } from './entries.response.ts';

@SessionController('entries')
export class EmbedEntriesController {
  constructor(private readonly entries: TimelineEntries) {}

  @Get()
  @Costs(1)
  @ApiOperation({
    summary: 'Read the timeline of the customer as entries',
    description:
      'Neighbours of one type, and neighbours of quiet types, are one entry from three on. A fold ends at midnight of `tz`, ' +
      'at the instant of the ticket, and where a request has looked at 5,000 events.',
  })
  @Responds(200, EntriesPageResponse, 'A page of entries.')
  @Fails(customerNotFound, eventNotFound)
  async page(
    @CurrentSession() { app, session }: SessionCaller,
    @QueryParams() query: EntriesRequest,
  ): Promise<EntriesPageResponse> {
    const { customerExternalId, types, masked, at: ticketAt } = session;
    const sight = { types, masked, knowsCustomer: true, ticketAt };
    return entriesPageResponse(await this.entries.page(app.id, customerExternalId, entriesQuery(query), sight));
  }
}

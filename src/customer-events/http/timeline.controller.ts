import { Get } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Answers, Fails, ServerController } from '../../http/api-docs.ts';
import { CurrentCaller, type Caller } from '../../http/caller.ts';
import { QueryParams } from '../../http/query-params.ts';
import { Timeline } from '../application/timeline.ts';
import { DocumentsExternalId, ExternalId } from './external-id.param.ts';
import { TimelineRequest, timelineQuery } from './timeline.request.ts';
import { TimelinePageResponse, timelinePageResponse } from './timeline.response.ts';

@ServerController('customers/:externalId/events', 'Timeline')
@DocumentsExternalId()
export class TimelineController {
  constructor(private readonly timeline: Timeline) {}

  @Get()
  @ApiOperation({
    summary: 'Read the events of a customer, page by page',
    description: 'Exact: an event that is there during the whole walk comes exactly once, whatever is inserted meanwhile.',
  })
  @Answers(200, TimelinePageResponse, 'A page of the timeline.')
  @Fails('CUSTOMER_NOT_FOUND')
  async page(
    @CurrentCaller() caller: Caller,
    @ExternalId() externalId: string,
    @QueryParams() query: TimelineRequest,
  ): Promise<TimelinePageResponse> {
    const { limit, cursor } = query;
    return timelinePageResponse(
      await this.timeline.page(caller.app.id, externalId, timelineQuery(query), limit, cursor),
    );
  }
}

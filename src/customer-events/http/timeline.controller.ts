import { Delete, Get, Param, Res, type StreamableFile } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Responds, RespondsNdjson, Fails, ServerController } from '../../platform/http/docs/api-docs.ts';
import { Costly, tooManyCostlyRequests } from '../../platform/http/rate-limit/costly-requests.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import type { Response } from 'express';
import type { Actor } from '../../platform/audit/audit-entry.ts';
import { StreamLimits, tooManyStreams, tooManyStreamsOfKey } from '../../platform/http/request/stream-limits.ts';
import { CurrentActor } from '../../platform/http/request/current-actor.ts';
import { CurrentCaller, type Caller } from '../../platform/http/request/caller.ts';
import { Needs } from '../../platform/http/request/needs.ts';
import { TakesNoQuery } from '../../platform/http/request/takes-no-query.ts';
import { UncountedRead } from '../../platform/http/request/uncounted-read.ts';
import { QueryParams } from '../../platform/http/request/query-params.ts';
import type { Encodable } from '../../platform/http/response/encode-json.ts';
import { DisplayedTimeline } from '../application/displayed-timeline.ts';
import { Timeline } from '../application/timeline.ts';
import { customerNotFound, eventNotFound } from '../domain/customer-events-error.ts';
import { ShownEventResponse } from './customer-event.response.ts';
import { ErasedEventsResponse } from './customer.response.ts';
import { displayOptions, DisplayRequest } from './display.param.ts';
import { DocumentsEventId } from './event-id.param.ts';
import { DocumentsExternalId, ExternalId } from './external-id.param.ts';
import {
  TimelineExportRequest,
  TimelineFilterRequest,
  timelineFilter,
  timelineQuery,
  TimelineRequest,
} from './timeline.request.ts';
import {
  exportResponse,
  shownEventResponse,
  TimelinePageResponse,
  timelinePageResponse,
  TimelineSummaryResponse,
  timelineSummaryResponse,
} from './timeline.response.ts';

/** A page as rows, as lines, and as what the connection has not taken yet: measured. */
const EXPORT_BYTES = 4_194_304;

@ServerController('customers/:externalId/events', 'Timeline')
@DocumentsExternalId()
export class TimelineController {
  constructor(
    private readonly timeline: Timeline,
    private readonly displayed: DisplayedTimeline,
    private readonly streams: StreamLimits,
  ) {}

  @Get()
  @Needs('timeline:read')
  @Costly(({ query }) => query.type !== undefined)
  @Costs(1)
  @ApiOperation({
    summary: 'Read the events of a customer, page by page',
    description:
      'Exact: an event that is there during the whole walk comes exactly once, whatever is inserted or erased meanwhile. ' +
      'A page may come back shorter than `limit`, even empty, with a `nextCursor`: it ends after 2 MiB, displays counted, and a filter that ' +
      'matches little ends after 20,000 events were looked at. Only `nextCursor: null` is the end.',
  })
  @Responds(200, TimelinePageResponse, 'A page of the timeline.')
  @Fails(customerNotFound, tooManyCostlyRequests)
  async listEvents(
    @CurrentCaller() caller: Caller,
    @ExternalId() externalId: string,
    @QueryParams() query: TimelineRequest,
  ): Promise<Encodable<TimelinePageResponse>> {
    const { limit, cursor } = query;
    const options = displayOptions(query, caller);
    return timelinePageResponse(
      await this.displayed.page(caller.app.id, externalId, timelineQuery(query), limit, cursor, options),
    );
  }

  @Get('summary')
  @Needs('timeline:read')
  @Costly()
  @Costs(10)
  @ApiOperation({
    summary: 'Count the events of a customer by type',
    description: 'The type with the latest event comes first.',
  })
  @Responds(200, TimelineSummaryResponse, 'What the timeline, or the part of it that was asked for, consists of.')
  @Fails(customerNotFound, tooManyCostlyRequests)
  async getEventSummary(
    @CurrentCaller() caller: Caller,
    @ExternalId() externalId: string,
    @QueryParams() query: TimelineFilterRequest,
  ): Promise<TimelineSummaryResponse> {
    return timelineSummaryResponse(await this.timeline.summary(caller.app.id, externalId, timelineFilter(query)));
  }

  @Get('export')
  @Needs('timeline:read')
  @UncountedRead()
  @Costly()
  @Costs(50)
  @ApiOperation({
    summary: 'Read all events of a customer as a stream, the oldest first',
    description:
      'One event a line, as in a page. A response that broke off has no end (the last chunk is missing), which HTTP clients report as an error. ' +
      'It breaks off, too, where the key is revoked or expires meanwhile.',
  })
  @RespondsNdjson(ShownEventResponse, 'All events, one a line.')
  @Fails(customerNotFound, tooManyStreams, tooManyStreamsOfKey, tooManyCostlyRequests)
  async exportEvents(
    @CurrentCaller() caller: Caller,
    @ExternalId() externalId: string,
    @QueryParams() query: TimelineExportRequest,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    this.streams.open(caller, response, EXPORT_BYTES);
    const [filter, options] = [timelineFilter(query), displayOptions(query, caller)];
    return exportResponse(
      await this.displayed.export(caller.app.id, externalId, filter, actor, caller.requireStillAllowed, options),
    );
  }

  @Get(':id')
  @Needs('timeline:read')
  @Costs(1)
  @DocumentsEventId()
  @ApiOperation({ summary: 'Read one event' })
  @Responds(200, ShownEventResponse, 'The event.')
  @Fails(customerNotFound, eventNotFound)
  async getEvent(
    @CurrentCaller() caller: Caller,
    @ExternalId() externalId: string,
    @Param('id') id: string,
    @QueryParams() query: DisplayRequest,
  ): Promise<Encodable<ShownEventResponse>> {
    return shownEventResponse(await this.displayed.event(caller.app.id, externalId, id, displayOptions(query, caller)));
  }

  @Delete(':id')
  @TakesNoQuery()
  @Needs('events:erase')
  @Costs(10)
  @DocumentsEventId()
  @ApiOperation({
    summary: 'Erase one event',
    description: 'For good: if it had an eventId, sending it again is refused with EVENT_ERASED.',
  })
  @Responds(200, ErasedEventsResponse, 'Nothing of the event is left.')
  @Fails(customerNotFound, eventNotFound)
  eraseEvent(
    @CurrentCaller() caller: Caller,
    @ExternalId() externalId: string,
    @Param('id') id: string,
    @CurrentActor() actor: Actor,
  ): Promise<ErasedEventsResponse> {
    return this.timeline.eraseEvent(caller.app.id, externalId, id, actor);
  }
}

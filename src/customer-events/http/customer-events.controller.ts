import { Logger, Post, Req } from '@nestjs/common';
import { ApiHeader, ApiOperation } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type IsAbandoned } from '../../../libs/kernel/abandoned.ts';
import { Responds, BODY_FAILURES, Fails, ServerController, TakesJson } from '../../platform/http/docs/api-docs.ts';
import { EventCounts } from './event-counts.ts';
import { CostsItsEvents } from '../../platform/http/rate-limit/costs.ts';
import { CurrentCaller, type Caller } from '../../platform/http/request/caller.ts';
import { Needs } from '../../platform/http/request/needs.ts';
import { inFlightRequestOf, setSummary, type RequestSummary } from '../../platform/http/request/in-flight-request.ts';
import { JsonBody } from '../../platform/http/request/json-body.ts';
import { SuccessResponse } from '../../platform/http/response/success-response.ts';
import { ClientGone } from '../../platform/http/request/this-request.ts';
import { CustomerEvents, type Recorded } from '../application/customer-events.ts';
import { customerNotFound, eventErased, eventIdConflict } from '../domain/customer-events-error.ts';
import { CustomerEventRequest, eventDraft } from '../input/customer-event.request.ts';
import type { EventBatch } from '../input/event-batch.ts';
import { BatchBody, EventBatchRequest } from './event-batch.request.ts';
import { EventBatchResponse, eventBatchResponse } from './event-batch.response.ts';
import { EventRejections } from './event-rejections.ts';
import { IdempotencyKey } from './idempotency-key.param.ts';
import { CustomerEventResponse, customerEventResponse } from './customer-event.response.ts';

const REPLAYED = { 'Idempotent-Replayed': 'true' };
const REPLAYED_HEADER = {
  'Idempotent-Replayed': { description: 'Always "true".', schema: { type: 'string', enum: ['true'] } },
};

const EVENT_EXAMPLE = {
  customerExternalId: 'user_42',
  type: 'order.placed',
  payload: { orderId: '1042', total: 99.9 },
  occurredAt: '2026-04-18T10:00:00Z',
};
const BATCH_EXAMPLE = {
  two: {
    summary: 'Two events',
    value: {
      events: [
        { ...EVENT_EXAMPLE, eventId: 'order-1042-placed' },
        { customerExternalId: 'user_42', type: 'order.shipped' },
      ],
    },
  },
};

@ServerController('customer-events', 'Customer events')
export class CustomerEventsController {
  private readonly logger = new Logger(CustomerEventsController.name);

  constructor(
    private readonly customerEvents: CustomerEvents,
    private readonly eventCounts: EventCounts,
  ) {}

  @Post()
  @Needs('events:write')
  @CostsItsEvents()
  @ApiOperation({
    summary: 'Record an event on the timeline of its customer',
    description: 'A 201 is sent only after the event is committed. With an eventId the call is safe to retry.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Serves as the eventId where the body has none. Bare or quoted.',
    schema: { type: 'string' },
  })
  @TakesJson(CustomerEventRequest, { order: { summary: 'An order was placed', value: EVENT_EXAMPLE } })
  @Responds(201, CustomerEventResponse, 'The event is committed.')
  @Responds(200, CustomerEventResponse, 'The event was committed before, by a request with the same eventId.', {
    ...REPLAYED_HEADER,
  })
  @Fails(customerNotFound, eventIdConflict, eventErased, ...BODY_FAILURES)
  async recordEvent(
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @JsonBody() body: CustomerEventRequest,
    @ClientGone() clientGone: IsAbandoned,
  ): Promise<SuccessResponse> {
    return recordedResponse(await this.customerEvents.record(caller.app, eventDraft(body, idempotencyKey), clientGone));
  }

  @Post('batch')
  @Needs('events:write')
  @CostsItsEvents()
  @ApiOperation({
    summary: 'Record up to 500 events, with a result for each',
    description:
      'Results come in the order of the request; a rejected event does not affect the others. All are written in ' +
      'one transaction: after a 5xx nothing is stored, unless the connection broke during the commit; with eventIds ' +
      'the batch is safe to send again in any case. At most 8 MiB after decompression (gzip).',
  })
  @TakesJson(EventBatchRequest, BATCH_EXAMPLE)
  @Responds(201, EventBatchResponse, 'All events are committed.')
  @Responds(207, EventBatchResponse, 'Some events were rejected; all others are committed.')
  @Fails(...BODY_FAILURES)
  async recordEvents(
    @CurrentCaller() caller: Caller,
    @BatchBody() batch: EventBatch,
    @ClientGone() clientGone: IsAbandoned,
    @Req() { res }: Request,
  ): Promise<SuccessResponse> {
    const rejections = new EventRejections();
    const results = await this.customerEvents.recordAll(caller.app, batch, clientGone);
    const data = eventBatchResponse(results, (rejection) => rejections.note(rejection));
    this.eventCounts.add(caller.app.slug, 'batch', data);
    this.tellOfBatch(caller, res as Response, rejections.summary(data));
    return new SuccessResponse(data.rejected === 0 ? 201 : 207, data);
  }

  /** Where the client has gone away meanwhile, the line of its request is written, and there is another one. */
  private tellOfBatch({ app }: Caller, response: Response, summary: RequestSummary): void {
    setSummary(response, summary);
    if (!response.destroyed) return;
    const id = inFlightRequestOf(response)?.id;
    this.logger.log({
      msg: 'a batch was recorded, and the client had gone away',
      id,
      app: app.slug,
      ...summary.counts,
    });
  }
}

function recordedResponse({ event, replayed }: Recorded): SuccessResponse {
  return new SuccessResponse(replayed ? 200 : 201, customerEventResponse(event), replayed ? REPLAYED : {});
}

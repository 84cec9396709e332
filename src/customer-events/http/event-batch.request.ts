import { Inject, Injectable, type PipeTransform } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { Request } from 'express';
import { HTTP_LIMITS, type HttpLimits } from '../../platform/http/request/http-limits.ts';
import { readJsonText } from '../../platform/http/request/read-body.ts';
import { raiseCharge } from '../../platform/http/request/request-charge.ts';
import { ThisRequest } from '../../platform/http/request/this-request.ts';
import { MAX_BATCH_EVENTS } from '../input/batch-spans.ts';
import { CustomerEventRequest } from '../input/customer-event.request.ts';
import { readEventBatch, type EventBatch } from '../input/event-batch.ts';
import { refuseIdempotencyKey } from './idempotency-key.param.ts';

const MAX_BATCH_BYTES = 8_388_608;

/** Many events at once, as senders write them. */
export class EventBatchRequest {
  @ApiProperty({ type: [CustomerEventRequest], minItems: 1, maxItems: MAX_BATCH_EVENTS })
  events: CustomerEventRequest[];
}

/**
 * Reads a batch, see {@link readEventBatch}. No body parser has been there: see docs/decisions/0020-what-of-nest-is-used.md.
 */
@Injectable()
class EventBatchPipe implements PipeTransform<Request, Promise<EventBatch>> {
  constructor(@Inject(HTTP_LIMITS) private readonly limits: HttpLimits) {}

  async transform(request: Request): Promise<EventBatch> {
    refuseIdempotencyKey(request);
    const batch = await readEventBatch(await readJsonText(request, MAX_BATCH_BYTES), this.limits);
    await raiseCharge(request, batch.length);
    return batch;
  }
}

export const BatchBody = (): ParameterDecorator => ThisRequest(EventBatchPipe);

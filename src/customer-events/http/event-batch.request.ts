import { Inject, Injectable, type PipeTransform } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { Request } from 'express';
import { arrayElements, objectMembers } from '../../../libs/json-payload/json-members.ts';
import { errorAsValue, type DomainError } from '../../../libs/kernel/domain-error.ts';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import { HTTP_LIMITS, type HttpLimits } from '../../platform/http/request/http-limits.ts';
import { parseJson } from '../../platform/input/parse-json.ts';
import { readJsonText } from '../../platform/http/request/read-body.ts';
import { ThisRequest } from '../../platform/http/request/this-request.ts';
import { unknownField } from '../../platform/input/unknown-field.ts';
import type { EventDraft } from '../domain/customer-event.ts';
import { CustomerEventRequest, readEvent } from '../input/customer-event.request.ts';
import { refuseIdempotencyKey } from './idempotency-key.param.ts';

const MAX_BATCH_EVENTS = 500;
const MAX_BATCH_BYTES = 8_388_608;

/** What is to be recorded, or the refusal of an item that cannot be, in the order of the request. */
export type EventBatch = (EventDraft | DomainError)[];

/** Many events at once, as senders write them. */
export class EventBatchRequest {
  @ApiProperty({ type: [CustomerEventRequest], minItems: 1, maxItems: MAX_BATCH_EVENTS })
  events: CustomerEventRequest[];
}

/**
 * Reads a batch. What is wrong with the envelope refuses it as a whole; what is wrong with an
 * item becomes that item's refusal. No body parser has been there: see docs/decisions/0020-what-of-nest-is-used.md.
 */
@Injectable()
class EventBatchPipe implements PipeTransform<Request, Promise<EventBatch>> {
  constructor(@Inject(HTTP_LIMITS) private readonly limits: HttpLimits) {}

  async transform(request: Request): Promise<EventBatch> {
    refuseIdempotencyKey(request);
    const text = await readJsonText(request, MAX_BATCH_BYTES);
    const body = parseJson(text);
    const { start, end } = eventsSpan(body, text);
    const { events } = body as { events: unknown[] };
    if (events.length < 1 || events.length > MAX_BATCH_EVENTS) {
      throw invalidField('events', `must have 1 to ${MAX_BATCH_EVENTS} events, but has ${events.length}`);
    }
    return arrayElements(text, start, end).map(({ start, end }, index) =>
      errorAsValue(() => readEvent({ name: 'event', value: events[index], text, start, end }, this.limits)),
    );
  }
}

export const BatchBody = (): ParameterDecorator => ThisRequest(EventBatchPipe);

/** Where the array of events stands in the text; nothing else may be in the envelope. */
function eventsSpan(body: unknown, text: string): { start: number; end: number } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidField('body', 'must be a JSON object: { "events": [ … ] }');
  }
  const [first, ...others] = objectMembers(text);
  for (const { key } of first === undefined ? [] : [first, ...others]) {
    if (key !== 'events') throw invalidField(key.slice(0, 100), unknownField(key, ['events']));
  }
  if (others.length > 0) throw invalidField('events', 'is given more than once');
  if (first === undefined || !Array.isArray((body as { events?: unknown }).events)) {
    throw invalidField('events', 'must be an array of events');
  }
  return first;
}

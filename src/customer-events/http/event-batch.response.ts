import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { ERROR_CODE } from '../../platform/http/docs/failure-responses.ts';
import { OneOf } from '../../platform/http/docs/union-docs.ts';
import { encodeJson, type Encodable } from '../../platform/http/response/encode-json.ts';
import type { Recorded } from '../application/customer-events.ts';
import { CustomerEventResponse, customerEventResponse } from './customer-event.response.ts';

abstract class IndexedResultResponse {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'The place of the event in the request, from 0.' })
  index: number;
}

export class CreatedEventResultResponse extends IndexedResultResponse {
  @ApiProperty({ enum: ['created'], description: 'The event is committed.' })
  status: 'created';

  @ApiProperty({ type: CustomerEventResponse })
  event: CustomerEventResponse;
}

export class ReplayedEventResultResponse extends IndexedResultResponse {
  @ApiProperty({ enum: ['replayed'], description: 'The event was committed before, under the same eventId.' })
  status: 'replayed';

  @ApiProperty({ type: CustomerEventResponse })
  event: CustomerEventResponse;
}

export class RejectedEventResultResponse extends IndexedResultResponse {
  @ApiProperty({ enum: ['rejected'], description: 'Nothing of the event is stored.' })
  status: 'rejected';

  @ApiProperty({ ...ERROR_CODE, example: 'CUSTOMER_NOT_FOUND' })
  code: string;

  @ApiProperty({ description: 'For people; may change.' })
  message: string;

  @ApiProperty({ type: 'object', selfRequired: false, additionalProperties: true, description: 'As in a failure.' })
  details?: object | undefined;
}

@OneOf('status', {
  created: CreatedEventResultResponse,
  replayed: ReplayedEventResultResponse,
  rejected: RejectedEventResultResponse,
})
abstract class EventResultResponse {}

type EventResult = CreatedEventResultResponse | ReplayedEventResultResponse | RejectedEventResultResponse;

@ApiSchema({ name: 'EventBatchResult' })
export class EventBatchResponse {
  @ApiProperty({ type: 'integer' })
  created: number;

  @ApiProperty({ type: 'integer' })
  replayed: number;

  @ApiProperty({ type: 'integer' })
  rejected: number;

  @ApiProperty({ type: [EventResultResponse], description: 'One for each event, in the order of the request.' })
  results: EventResult[];
}

type Counts = Pick<EventBatchResponse, 'created' | 'replayed' | 'rejected'>;

/**
 * Each result is encoded as it is made: 500 of them as objects cost a third of the request.
 *
 * @param onRejected told of each rejection.
 */
export function eventBatchResponse(
  recorded: readonly (Recorded | DomainError)[],
  onRejected: (rejection: DomainError) => void,
): Counts & Encodable<EventBatchResponse> {
  const counts = { created: 0, replayed: 0, rejected: 0 };
  const results = recorded.map((result, index) => {
    const status = statusOf(result);
    counts[status]++;
    if (result instanceof DomainError) onRejected(result);
    return new JsonText(`{"index":${index},"status":"${status}",${membersOf(result)}}`);
  });
  return { ...counts, results };
}

function statusOf(result: Recorded | DomainError): EventResult['status'] {
  if (result instanceof DomainError) return 'rejected';
  return result.replayed ? 'replayed' : 'created';
}

function membersOf(result: Recorded | DomainError): string {
  if (!(result instanceof DomainError)) return `"event":${customerEventResponse(result.event).text}`;
  const { code, message, details } = result;
  return encodeJson({ code, message, details }).slice(1, -1);
}

import { ApiProperty } from '@nestjs/swagger';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { encodeJson, type Encodable } from '../../platform/http/response/encode-json.ts';
import type { Recorded } from '../application/customer-events.ts';
import { CustomerEventResponse, customerEventResponse } from './customer-event.response.ts';

export class EventResultResponse {
  @ApiProperty({ type: 'integer', description: 'The place of the event in the request, from 0.' })
  index: number;

  @ApiProperty({ enum: ['created', 'replayed', 'rejected'] })
  status: 'created' | 'replayed' | 'rejected';

  @ApiProperty({ required: false, description: 'The event, unless it was rejected.' })
  event?: CustomerEventResponse;

  @ApiProperty({
    required: false,
    description: 'Why it was rejected: a code as in a failure.',
    example: 'CUSTOMER_NOT_FOUND',
  })
  code?: string;

  @ApiProperty({ required: false })
  message?: string;

  @ApiProperty({ type: 'object', selfRequired: false, additionalProperties: true })
  details?: object | undefined;
}

export class EventBatchResponse {
  @ApiProperty({ type: 'integer' })
  created: number;

  @ApiProperty({ type: 'integer' })
  replayed: number;

  @ApiProperty({ type: 'integer' })
  rejected: number;

  @ApiProperty({ type: [EventResultResponse], description: 'One for each event, in the order of the request.' })
  results: EventResultResponse[];
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

function statusOf(result: Recorded | DomainError): EventResultResponse['status'] {
  if (result instanceof DomainError) return 'rejected';
  return result.replayed ? 'replayed' : 'created';
}

function membersOf(result: Recorded | DomainError): string {
  if (!(result instanceof DomainError)) return `"event":${customerEventResponse(result.event).text}`;
  const { code, message, details } = result;
  return encodeJson({ code, message, details }).slice(1, -1);
}

import { ApiProperty } from '@nestjs/swagger';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import type { Recorded } from '../application/customer-events.ts';
import { CustomerEventResponse, customerEventResponse } from './customer-event.response.ts';

export class EventResultResponse {
  @ApiProperty({ type: 'integer', description: 'The place of the event in the request, from 0.' })
  index: number;

  @ApiProperty({ enum: ['created', 'replayed', 'rejected'] })
  status: 'created' | 'replayed' | 'rejected';

  @ApiProperty({ required: false, description: 'The event, unless it was rejected.' })
  event?: CustomerEventResponse;

  @ApiProperty({ required: false, description: 'Why it was rejected: a code as in a failure.', example: 'CUSTOMER_NOT_FOUND' })
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

export function eventBatchResponse(recorded: readonly (Recorded | DomainError)[]): EventBatchResponse {
  const results = recorded.map(eventResultResponse);
  const count = (status: EventResultResponse['status']): number =>
    results.filter((result) => result.status === status).length;
  return { created: count('created'), replayed: count('replayed'), rejected: count('rejected'), results };
}

function eventResultResponse(result: Recorded | DomainError, index: number): EventResultResponse {
  if (result instanceof DomainError) {
    return { index, status: 'rejected', code: result.code, message: result.message, details: result.details };
  }
  return { index, status: result.replayed ? 'replayed' : 'created', event: customerEventResponse(result.event) };
}

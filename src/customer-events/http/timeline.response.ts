import { ApiProperty } from '@nestjs/swagger';
import type { TimelinePage } from '../application/timeline.ts';
import { CustomerEventResponse, customerEventResponse } from './customer-event.response.ts';

export class TimelinePageResponse {
  @ApiProperty({ type: [CustomerEventResponse] })
  events: CustomerEventResponse[];

  @ApiProperty({ type: 'string', nullable: true, description: 'Give it as `cursor` for the next page; null at the end.' })
  nextCursor: string | null;
}

export function timelinePageResponse(page: TimelinePage): TimelinePageResponse {
  return { events: page.events.map(customerEventResponse), nextCursor: page.nextCursor };
}

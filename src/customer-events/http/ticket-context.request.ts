import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, ValidateBy } from 'class-validator';
import { DURATION_FORMS, parseDuration } from '../../../libs/time/duration.ts';
import type { TicketTime } from '../application/ticket-contexts.ts';
import { CONTEXT_DEFAULT_LIMIT, CONTEXT_DEFAULT_WINDOW } from '../domain/ticket-context.ts';
import { TIMELINE_MAX_LIMIT } from '../domain/timeline.ts';
import { IsDisplay } from './display.param.ts';
import { instantOf, IsLimit, IsQueryInstant } from '../../platform/http/request/query-rules.ts';

const IsDuration = (): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isDuration',
      validator: { validate: (value) => typeof value === 'string' && parseDuration(value) !== null },
    },
    { message: `must be ${DURATION_FORMS}` },
  );

export class TicketContextRequest {
  @ApiProperty({ required: false, description: 'When the ticket was opened; nothing later is told. Default: now.' })
  @IsQueryInstant()
  at?: string;

  @ApiProperty({
    required: false,
    description: `How far back the summary and the attention list look: ${DURATION_FORMS}.`,
    default: CONTEXT_DEFAULT_WINDOW,
  })
  @IsOptional()
  @IsDuration()
  window: string = CONTEXT_DEFAULT_WINDOW;

  @ApiProperty({
    required: false,
    type: 'integer',
    minimum: 1,
    maximum: TIMELINE_MAX_LIMIT,
    default: CONTEXT_DEFAULT_LIMIT,
    description: 'How many of the latest events.',
  })
  @IsLimit(TIMELINE_MAX_LIMIT)
  limit: number = CONTEXT_DEFAULT_LIMIT;

  @IsDisplay()
  display?: string;
}

export const ticketTime = ({ at, window, limit }: TicketContextRequest): TicketTime => ({
  at: instantOf(at),
  windowSeconds: parseDuration(window) as number,
  limit,
});

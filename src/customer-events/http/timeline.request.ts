import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { TIMELINE_DEFAULT_LIMIT, TIMELINE_MAX_LIMIT, type TimelineOrder, type TimelineQuery } from '../domain/timeline.ts';

const LIMIT_RULE = { message: `must be a whole number from 1 to ${TIMELINE_MAX_LIMIT}` };

/** Digits become a number; anything else stays as it is, to be refused. */
const wholeNumber = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

export class TimelineRequest {
  @ApiProperty({ required: false, enum: ['desc', 'asc'], default: 'desc', description: 'By occurredAt, then id: newest or oldest first.' })
  @IsOptional()
  @IsIn(['desc', 'asc'], { message: 'must be desc or asc' })
  order: TimelineOrder = 'desc';

  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: TIMELINE_MAX_LIMIT, default: TIMELINE_DEFAULT_LIMIT })
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt(LIMIT_RULE)
  @Min(1, LIMIT_RULE)
  @Max(TIMELINE_MAX_LIMIT, LIMIT_RULE)
  limit: number = TIMELINE_DEFAULT_LIMIT;

  @ApiProperty({ required: false, description: 'The nextCursor of the page before, as it is. It goes with the same customer and filters only.' })
  @IsOptional()
  @IsString({ message: 'must be given once' })
  cursor?: string;
}

export function timelineQuery(request: TimelineRequest): TimelineQuery {
  return { order: request.order };
}

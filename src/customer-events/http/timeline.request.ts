import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsIn, IsOptional, Matches, ValidateBy } from 'class-validator';
import { MAX_TYPE_FILTERS } from '../../../libs/kernel/type-filter.ts';
import { INSTANT_FORMS } from '../../../libs/time/instant.ts';
import { isTimeZone } from '../../../libs/time/zone-offsets.ts';
import { AsList, IsCursor, IsLimit, IsQueryInstant, timeWindow } from '../../platform/http/request/query-rules.ts';
import {
  TIMELINE_DEFAULT_LIMIT,
  TIMELINE_MAX_LIMIT,
  TYPE_FILTER_PATTERN,
  typeFilter,
  type TimelineFilter,
  type TimelineOrder,
  type TimelineQuery,
} from '../domain/timeline.ts';
import { IsDisplay } from './display.param.ts';

const TYPES_RULE = { message: `must be given at most ${MAX_TYPE_FILTERS} times` };
const TYPE_RULE = {
  each: true,
  message: 'must be a type, 1 to 100 characters of a-z, 0-9, "_" and ".", or the beginning of types, such as order.*',
};

const ONE_MUST_MATCH = `A type, or the beginning of types: \`order.*\`. Given several times (at most ${MAX_TYPE_FILTERS}), an event matches if one of them does.`;

/** The types of which one must match, given as often as there are types. */
export const IsTypeFilters = (description = ONE_MUST_MATCH): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      required: false,
      type: [String],
      description,
    }),
    IsOptional(),
    AsList(),
    Matches(TYPE_FILTER_PATTERN, TYPE_RULE),
    ArrayMaxSize(MAX_TYPE_FILTERS, TYPES_RULE),
  );

/** The name of a time zone, in a query string. */
export const IsTimeZone = (): PropertyDecorator =>
  ValidateBy(
    { name: 'isTimeZone', validator: { validate: (value) => typeof value === 'string' && isTimeZone(value) } },
    { message: 'must be the IANA name of a time zone, such as Europe/Berlin or UTC, given once' },
  );

export class TimelineFilterRequest {
  @IsTypeFilters()
  type?: string[];

  @ApiProperty({ required: false, description: `Only events at or after this instant: ${INSTANT_FORMS}.` })
  @IsQueryInstant()
  from?: string;

  @ApiProperty({ required: false, description: 'Only events before this instant.' })
  @IsQueryInstant()
  to?: string;
}

export class TimelineExportRequest extends TimelineFilterRequest {
  @IsDisplay()
  display?: string;
}

export class TimelineRequest extends TimelineExportRequest {
  @ApiProperty({
    required: false,
    enum: ['desc', 'asc'],
    default: 'desc',
    description: 'By occurredAt, then id: newest or oldest first.',
  })
  @IsOptional()
  @IsIn(['desc', 'asc'], { message: 'must be desc or asc' })
  order: TimelineOrder = 'desc';

  @ApiProperty({
    required: false,
    type: 'integer',
    minimum: 1,
    maximum: TIMELINE_MAX_LIMIT,
    default: TIMELINE_DEFAULT_LIMIT,
  })
  @IsLimit(TIMELINE_MAX_LIMIT)
  limit: number = TIMELINE_DEFAULT_LIMIT;

  @ApiProperty({
    required: false,
    description: 'The nextCursor of the page before, as it is. It goes with the same customer and filters only.',
  })
  @IsCursor()
  cursor?: string;
}

/** @throws VALIDATION_ERROR for a time window that ends before it begins. */
export const timelineFilter = (request: TimelineFilterRequest): TimelineFilter => ({
  types: (request.type ?? []).map(typeFilter),
  ...timeWindow(request),
});

export const timelineQuery = (request: TimelineRequest): TimelineQuery => ({
  ...timelineFilter(request),
  order: request.order,
});

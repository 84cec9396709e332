import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { compareInstants, INSTANT_FORMS, parseInstant, type Instant } from '../../../libs/time/instant.ts';
import { invalidField } from '../../../libs/kernel/input-error.ts';
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
import { IsInstant } from '../input/customer-event.request.ts';

const MAX_TYPES = 50;
const TYPES_RULE = { message: `must be given at most ${MAX_TYPES} times` };
const TYPE_RULE = {
  each: true,
  message: 'must be a type, 1 to 100 characters of a-z, 0-9, "_" and ".", or the beginning of types, such as order.*',
};
const LIMIT_RULE = { message: `must be a whole number from 1 to ${TIMELINE_MAX_LIMIT}` };

type Given = { value: unknown };

/** Digits become a number; anything else stays as it is, to be refused. */
const wholeNumber = ({ value }: Given): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

const list = ({ value }: Given): unknown => (value === undefined || Array.isArray(value) ? value : [value]);

/** A `+` that was not percent-encoded arrives as a space. No instant has one, so it can only be that. */
const plusForSpace = ({ value }: Given): unknown =>
  typeof value === 'string' ? value.replace(/ (?=\d\d:\d\d$)/, '+') : value;

/** The number of items on a page. */
export const IsLimit = (): PropertyDecorator =>
  applyDecorators(
    IsOptional(),
    Transform(wholeNumber),
    IsInt(LIMIT_RULE),
    Min(1, LIMIT_RULE),
    Max(TIMELINE_MAX_LIMIT, LIMIT_RULE),
  );

/** An instant in a query string. */
export const IsQueryInstant = (): PropertyDecorator =>
  applyDecorators(IsOptional(), Transform(plusForSpace), IsInstant());

export class TimelineFilterRequest {
  @ApiProperty({
    required: false,
    type: [String],
    description: `A type, or the beginning of types: \`order.*\`. Given several times (at most ${MAX_TYPES}), an event matches if one of them does.`,
  })
  @IsOptional()
  @Transform(list)
  @Matches(TYPE_FILTER_PATTERN, TYPE_RULE)
  @ArrayMaxSize(MAX_TYPES, TYPES_RULE)
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
  @IsLimit()
  limit: number = TIMELINE_DEFAULT_LIMIT;

  @ApiProperty({
    required: false,
    description: 'The nextCursor of the page before, as it is. It goes with the same customer and filters only.',
  })
  @IsOptional()
  @IsString({ message: 'must be given once' })
  cursor?: string;
}

/** @throws VALIDATION_ERROR for a time window that ends before it begins. */
export function timelineFilter(request: TimelineFilterRequest): TimelineFilter {
  const [from, to] = [request.from, request.to].map(instantOf);
  if (from !== undefined && to !== undefined && compareInstants(from, to) > 0) {
    throw invalidField('from', 'must not be later than to');
  }
  return { types: (request.type ?? []).map(typeFilter), from, to };
}

export const timelineQuery = (request: TimelineRequest): TimelineQuery => ({
  ...timelineFilter(request),
  order: request.order,
});

/** The instant of a text that was checked; undefined where none was given. */
export const instantOf = (text: string | undefined): Instant | undefined =>
  text === undefined ? undefined : (parseInstant(text) as Instant);

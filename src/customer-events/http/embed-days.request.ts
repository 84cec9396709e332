import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, ValidateBy } from 'class-validator';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import { daysBetween, parseDay, type Day } from '../../../libs/time/zone-days.ts';
import { MAX_DAYS, type DaysQuery } from '../application/timeline-days.ts';
import { typeFilter } from '../domain/timeline.ts';
import { IsTimeZone, IsTypeFilters } from './timeline.request.ts';

const IsDay = (): PropertyDecorator =>
  ValidateBy(
    { name: 'isDay', validator: { validate: (value) => typeof value === 'string' && parseDay(value) !== null } },
    { message: 'must be an existing day YYYY-MM-DD in the years 0001 to 9999, given once, for example 2026-04-18' },
  );

export class EmbedDaysRequest {
  @ApiProperty({ format: 'date', description: 'The first day.', example: '2026-04-01' })
  @IsDay()
  from: string;

  @ApiProperty({
    format: 'date',
    description: `The day after the last one, 1 to ${MAX_DAYS} days after \`from\`.`,
    example: '2026-05-01',
  })
  @IsDay()
  to: string;

  @ApiProperty({
    required: false,
    description:
      'The IANA name of the time zone in which the days are. Default: the time zone of the session, or else UTC.',
    example: 'Europe/Berlin',
  })
  @IsOptional()
  @IsTimeZone()
  tz?: string;

  @IsTypeFilters()
  type?: string[];
}

/**
 * @param sessionZone the time zone where the request names none.
 * @throws VALIDATION_ERROR
 */
export function daysQuery({ from, to, tz, type }: EmbedDaysRequest, sessionZone: string | null): DaysQuery {
  const days = daysBetween(from as Day, to as Day);
  if (days < 1 || days > MAX_DAYS) throw invalidField('to', `must be 1 to ${MAX_DAYS} days after from`);
  return {
    ...{ from: from as Day, to: to as Day },
    timeZone: tz ?? sessionZone ?? 'UTC',
    types: (type ?? []).map(typeFilter),
  };
}

import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { compareInstants, type Instant } from '../../../../libs/time/instant.ts';
import { invalidField } from '../../../../libs/kernel/input-error.ts';
import { instantOfText, IsInstant } from '../../input/instant-rule.ts';

type Given = { value: unknown };

/** Digits become a number; anything else stays as it is, to be refused. */
const wholeNumber = ({ value }: Given): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

/** A parameter that may be given several times is a list, however often it is given. */
export const AsList = (): PropertyDecorator =>
  Transform(({ value }: Given): unknown => (value === undefined || Array.isArray(value) ? value : [value]));

/** A `+` that was not percent-encoded arrives as a space. No instant has one, so it can only be that. */
const plusForSpace = ({ value }: Given): unknown =>
  typeof value === 'string' ? value.replace(/ (?=\d\d:\d\d$)/, '+') : value;

/** The number of items on a page. */
export function IsLimit(max: number): PropertyDecorator {
  const rule = { message: `must be a whole number from 1 to ${max}` };
  return applyDecorators(IsOptional(), Transform(wholeNumber), IsInt(rule), Min(1, rule), Max(max, rule));
}

/** An instant in a query string. */
export const IsQueryInstant = (): PropertyDecorator =>
  applyDecorators(IsOptional(), Transform(plusForSpace), IsInstant());

/** The `nextCursor` of a page; whether it is one of this walk, who makes the walk finds out. */
export const IsCursor = (): PropertyDecorator =>
  applyDecorators(IsOptional(), IsString({ message: 'must be given once' }));

/** The instant of a text that was checked; undefined where none was given. */
export const instantOf = (text: string | undefined): Instant | undefined =>
  text === undefined ? undefined : (instantOfText(text) as Instant);

/** @throws VALIDATION_ERROR for a time window that ends before it begins. */
export function timeWindow(request: { from?: string; to?: string }): {
  from: Instant | undefined;
  to: Instant | undefined;
} {
  const [from, to] = [instantOf(request.from), instantOf(request.to)];
  if (from !== undefined && to !== undefined && compareInstants(from, to) > 0) {
    throw invalidField('from', 'must not be later than to');
  }
  return { from, to };
}

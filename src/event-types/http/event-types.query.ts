import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import { TYPE_PATTERN } from '../../../libs/kernel/type-filter.ts';

export class EventTypesQuery {
  @ApiProperty({ required: false, description: 'The nextCursor of the page before, as it is.' })
  @IsOptional()
  @IsString({ message: 'must be given once' })
  cursor?: string;
}

/** @param type behind which the next page begins. */
export const cursorOf = (type: string): string => Buffer.from(type).toString('base64url');

/** The type behind which the page begins; an empty text: from the first. @throws VALIDATION_ERROR */
export function afterOf({ cursor }: EventTypesQuery): string {
  if (cursor === undefined) return '';
  const type = Buffer.from(cursor, 'base64url').toString('latin1');
  if (TYPE_PATTERN.test(type) && cursorOf(type) === cursor) return type;
  throw invalidField('cursor', 'is not a cursor of this list; take nextCursor as it is, or leave it out');
}

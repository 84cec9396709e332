import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { hasScope } from '../../platform/access/scopes.ts';
import type { Caller } from '../../platform/http/request/caller.ts';
import type { DisplayOptions } from '../application/displayed-timeline.ts';

const DISPLAY_RULE = { message: 'must be true or false, given once' };

/** Whether each event comes with how it is displayed: `true`, `false`, or not given. */
export const IsDisplay = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      required: false,
      enum: ['true', 'false'],
      default: 'false',
      description:
        'Whether each event has a `display`: how it is to be shown by the rules of its type. The name of the customer is in it only for a key with `customers:read`.',
    }),
    IsOptional(),
    IsIn(['true', 'false'], DISPLAY_RULE),
  );

/** The query parameters of a single event. */
export class DisplayRequest {
  @IsDisplay()
  display?: string;
}

export const wantsDisplay = ({ display }: DisplayRequest): boolean => display === 'true';

export const displayOptions = (request: DisplayRequest, { scopes }: Caller): DisplayOptions => ({
  isWanted: wantsDisplay(request),
  knowsCustomer: hasScope(scopes, 'customers:read'),
});

import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { Request } from 'express';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import { MAX_TYPE_FILTERS } from '../../../libs/kernel/type-filter.ts';
import { INSTANT_FORMS, type Instant } from '../../../libs/time/instant.ts';
import { instantOf, IsCursor, IsLimit, IsQueryInstant } from '../../platform/http/request/query-rules.ts';
import type { EntriesQuery, EntriesStart } from '../application/entries.ts';
import type { QuietMode } from '../domain/timeline-entries.ts';
import { typeFilter } from '../domain/timeline.ts';
import { IsTimeZone, IsTypeFilters } from './timeline.request.ts';

/** A search reads payloads. */
const SEARCH_COST = 10;

export const entriesCost = ({ query }: Pick<Request, 'query'>): number => (query.q === undefined ? 1 : SEARCH_COST);

/** A search, and a filter by type, may look at much of a history. */
export const isFiltered = ({ query }: Pick<Request, 'query'>): boolean =>
  query.q !== undefined || query.type !== undefined;

const ENTRIES_DEFAULT_LIMIT = 50;
const ENTRIES_MAX_LIMIT = 100;
const TEXT_MAX_LENGTH = 200;
/** Characters are Unicode code points. */
const TEXT = new RegExp(`^.{1,${TEXT_MAX_LENGTH}}$`, 'su');
const DEFAULT_TIME_ZONE = 'UTC';

const QUIET_MODES: readonly QuietMode[] = ['fold', 'show', 'hide'];

/** The query parameters of a page of entries. */
export class EntriesRequest {
  @ApiProperty({ required: false, description: `The entries at or before this instant: ${INSTANT_FORMS}.` })
  @IsQueryInstant()
  at?: string;

  @ApiProperty({ required: false, description: 'The id of an event: its entry, and those around it.' })
  @IsCursor()
  around?: string;

  @ApiProperty({
    required: false,
    description: '`older` or `newer` of a page, as it is. It goes with the same `type`s.',
  })
  @IsCursor()
  cursor?: string;

  @ApiProperty({
    required: false,
    enum: ['older', 'newer'],
    description: 'With `cursor`: which way to go from there. Default: older.',
  })
  @IsOptional()
  @IsIn(['older', 'newer'], { message: 'must be older or newer, given once' })
  dir?: 'older' | 'newer';

  @ApiProperty({
    required: false,
    description: 'The `cursor` of a fold, or `older` of a page of it: the events in it, each by itself.',
  })
  @IsCursor()
  within?: string;

  @ApiProperty({
    required: false,
    type: 'integer',
    minimum: 1,
    maximum: ENTRIES_MAX_LIMIT,
    default: ENTRIES_DEFAULT_LIMIT,
  })
  @IsLimit(ENTRIES_MAX_LIMIT)
  limit: number = ENTRIES_DEFAULT_LIMIT;

  @IsTypeFilters(
    `A type, or the beginning of types: \`order.*\`; at most ${MAX_TYPE_FILTERS} times. What is hidden is there only if its type is given exactly.`,
  )
  type?: string[];

  @ApiProperty({
    required: false,
    minLength: 1,
    maxLength: TEXT_MAX_LENGTH,
    description:
      'A text to be found in payloads, types and titles, literally but for its case. What is found stands by itself, never in a ' +
      'fold. A request looks at 20,000 events at most: `scannedTo` tells how far.',
  })
  @IsOptional()
  @Matches(TEXT, { message: `must be 1 to ${TEXT_MAX_LENGTH} characters, given once` })
  q?: string;

  @ApiProperty({
    required: false,
    enum: QUIET_MODES,
    default: 'fold',
    description: 'What becomes of events of quiet types: folded together, shown as others are, or left out.',
  })
  @IsOptional()
  @IsIn(QUIET_MODES, { message: 'must be fold, show or hide, given once' })
  quiet: QuietMode = 'fold';

  @ApiProperty({
    required: false,
    default: DEFAULT_TIME_ZONE,
    description: 'The IANA name of the time zone at whose midnight folds end.',
    example: 'Europe/Berlin',
  })
  @IsOptional()
  @IsTimeZone()
  tz: string = DEFAULT_TIME_ZONE;
}

const STARTS = ['at', 'around', 'cursor', 'within'] as const;

/** @throws VALIDATION_ERROR for parameters that do not go together. */
export function entriesQuery(request: EntriesRequest): EntriesQuery {
  return {
    start: entriesStart(request),
    types: (request.type ?? []).map(typeFilter),
    text: request.q ?? null,
    quiet: request.quiet,
    timeZone: request.tz,
    limit: request.limit,
  };
}

function entriesStart(request: EntriesRequest): EntriesStart {
  requireOneStart(request);
  const { at, around, cursor, within, dir } = request;
  if (at !== undefined) return { kind: 'at', at: instantOf(at) as Instant };
  if (around !== undefined) return { kind: 'around', eventId: around };
  if (within !== undefined) return { kind: 'within', cursor: cursor ?? within };
  return cursor === undefined ? { kind: 'newest' } : { kind: 'cursor', cursor, direction: dir ?? 'older' };
}

/** A page of a fold may be named by both: the fold, and where the page begins. */
function requireOneStart(request: EntriesRequest): void {
  const given = STARTS.filter((name) => request[name] !== undefined);
  const [first, second] = given;
  const isPageOfFold = given.length === 2 && first === 'cursor' && second === 'within';
  if (second !== undefined && !isPageOfFold) {
    throw invalidField(second, `must not be given together with ${String(first)}; leave one of them out`);
  }
  if (request.q !== undefined && (request.around !== undefined || request.within !== undefined)) {
    throw invalidField('q', 'must not be given together with around or within; leave it out');
  }
  if (request.dir !== undefined && request.cursor === undefined) {
    throw invalidField('dir', 'must be given together with cursor, or left out');
  }
  if (request.within !== undefined && request.dir === 'newer') {
    throw invalidField('dir', 'must be older here: the events of a fold are read from the newest on');
  }
}

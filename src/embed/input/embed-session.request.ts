import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, Matches, ValidateBy } from 'class-validator';
import { SHORT_LINE, SHORT_LINE_RULE } from '../../../libs/kernel/characters.ts';
import { invalidFields } from '../../../libs/kernel/input-error.ts';
import { isTimeZone } from '../../../libs/time/zone-offsets.ts';
import { MAX_TYPE_FILTERS, TYPE_FILTER_PATTERN } from '../../../libs/kernel/type-filter.ts';
import { parseDuration } from '../../../libs/time/duration.ts';
import { INSTANT_FORMS, parseInstant } from '../../../libs/time/instant.ts';
import { IsEmailAddress } from '../../platform/input/email-rule.ts';
import { unknownField } from '../../platform/input/unknown-field.ts';
import type { CustomerNamed } from '../domain/customer-named.ts';
import type { SessionDraft } from '../domain/embed-session.ts';
import { EVENT_LINK_FORMS, isEventLink } from '../domain/event-link.ts';

const DEFAULT_TTL = 'PT15M';
const DEFAULT_MAX_AGE = 'PT8H';
const [MIN_TTL, MAX_TTL, MAX_MAX_AGE] = [60, 3_600, 86_400];
const MAX_LOCALE_LENGTH = 100;

/** @param problemOf what is wrong with a value, in words that follow the name of the field; undefined: nothing is. */
const Keeps = (name: string, problemOf: (value: unknown) => string | undefined): PropertyDecorator =>
  ValidateBy({
    name,
    validator: {
      validate: (value) => problemOf(value) === undefined,
      defaultMessage: (told) => problemOf(told?.value) ?? 'is not valid',
    },
  });

const rule =
  (isRight: (text: string) => boolean, message: string) =>
  (value: unknown): string | undefined =>
    typeof value === 'string' && isRight(value) ? undefined : message;

const isDuration =
  (min: number, max: number) =>
  (text: string): boolean => {
    const seconds = parseDuration(text);
    return seconds !== null && seconds >= min && seconds <= max;
  };

/** Each member by its own name, as in a field of the request itself. */
function viewerProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object with id and name';
  for (const key of Object.keys(value)) {
    if (key !== 'id' && key !== 'name') return `has ${key.slice(0, 100)}, which ${unknownField(key, ['id', 'name'])}`;
  }
  const { id, name } = value as { id?: unknown; name?: unknown };
  if (typeof id !== 'string' || !SHORT_LINE.test(id)) return `has an id that ${SHORT_LINE_RULE}`;
  if (name !== undefined && name !== null && (typeof name !== 'string' || !SHORT_LINE.test(name)))
    return `has a name that ${SHORT_LINE_RULE}`;
  return undefined;
}

function typesProblem(value: unknown): string | undefined {
  const isList = Array.isArray(value) && value.length > 0 && value.length <= MAX_TYPE_FILTERS;
  const areFilters = isList && value.every((one) => typeof one === 'string' && TYPE_FILTER_PATTERN.test(one));
  return areFilters
    ? undefined
    : `must be a list of 1 to ${MAX_TYPE_FILTERS} types, each 1 to 100 characters of a-z, 0-9, "_" and ".", or the beginning of types, such as order.*`;
}

function isLocale(text: string): boolean {
  if (text === '' || text.length > MAX_LOCALE_LENGTH) return false;
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

export class EmbedViewerRequest {
  @ApiProperty({
    description:
      'Your own id of the person who looks. It stands in the audit; one with an @ in it may be an e-mail address, and stands there ' +
      'as a pseudonym, the same each time. GET /embed/api/head gives it as it is.',
    minLength: 1,
    maxLength: 255,
    example: 'agent_7',
  })
  id: string;

  @ApiProperty({
    required: false,
    type: 'string',
    nullable: true,
    minLength: 1,
    maxLength: 255,
    example: 'Grace Hopper',
  })
  name?: string | null;
}

/** What a session is to show, and for how long. */
export class EmbedSessionRequest {
  @ApiProperty({
    description: 'Your own id of the customer. Either this or email is given.',
    required: false,
    type: 'string',
    nullable: true,
    minLength: 1,
    maxLength: 255,
    example: 'user_42',
  })
  @IsOptional()
  @Matches(SHORT_LINE, { message: SHORT_LINE_RULE })
  customerExternalId?: string | null;

  @ApiProperty({
    description: 'The address of the customer, in any case of its letters. It proves nothing of who wrote.',
    required: false,
    type: 'string',
    nullable: true,
    format: 'email',
    example: 'ada@example.com',
  })
  @IsOptional()
  @IsEmailAddress()
  email?: string | null;

  @ApiProperty({
    required: false,
    type: 'string',
    nullable: true,
    description: `When the ticket was opened: ${INSTANT_FORMS}.`,
  })
  @IsOptional()
  @Keeps('isInstant', rule((text) => parseInstant(text) !== null, `must be ${INSTANT_FORMS}`))
  at?: string | null;

  @ApiProperty({ required: false, nullable: true, description: 'Who looks.', type: EmbedViewerRequest })
  @IsOptional()
  @Keeps('isViewer', viewerProblem)
  viewer?: EmbedViewerRequest | null;

  @ApiProperty({
    required: false,
    type: 'string',
    nullable: true,
    default: DEFAULT_TTL,
    description:
      'An ISO 8601 duration from PT1M to PT1H: how long the token is good, and by how much a renewal moves that.',
  })
  @IsOptional()
  @Keeps('isTtl', rule(isDuration(MIN_TTL, MAX_TTL), 'must be an ISO 8601 duration from PT1M to PT1H'))
  ttl?: string | null;

  @ApiProperty({
    required: false,
    type: 'string',
    nullable: true,
    default: DEFAULT_MAX_AGE,
    description: 'An ISO 8601 duration from PT1M to PT24H, after which no renewal helps.',
  })
  @IsOptional()
  @Keeps('isMaxAge', rule(isDuration(MIN_TTL, MAX_MAX_AGE), 'must be an ISO 8601 duration from PT1M to PT24H'))
  maxAge?: string | null;

  @ApiProperty({
    required: false,
    nullable: true,
    type: [String],
    minItems: 1,
    maxItems: MAX_TYPE_FILTERS,
    description: 'Only events of these types, or beginnings of types such as `order.*`. Left out: of all.',
  })
  @IsOptional()
  @Keeps('areTypes', typesProblem)
  types?: string[] | null;

  @ApiProperty({
    required: false,
    type: 'boolean',
    nullable: true,
    default: false,
    description: 'Payloads come without what the rules of the app mask.',
  })
  @IsOptional()
  @Keeps('isFlag', (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'))
  masked?: boolean | null;

  @ApiProperty({
    required: false,
    type: 'string',
    nullable: true,
    description: 'A language tag (BCP 47).',
    example: 'de-DE',
  })
  @IsOptional()
  @Keeps('isLocale', rule(isLocale, 'must be a language tag (BCP 47), such as de-DE'))
  locale?: string | null;

  @ApiProperty({
    required: false,
    type: 'string',
    nullable: true,
    description: 'Of the IANA time zone database.',
    example: 'Europe/Berlin',
  })
  @IsOptional()
  @Keeps('isTimeZone', rule(isTimeZone, 'must be a time zone of the IANA database, such as Europe/Berlin'))
  timeZone?: string | null;

  @ApiProperty({
    required: false,
    type: 'string',
    nullable: true,
    maxLength: 1_000,
    description: 'A template of your own links to an event, with {customerExternalId} and {eventId}.',
    example: 'https://desk.example/c/{customerExternalId}?e={eventId}',
  })
  @IsOptional()
  @Keeps('isEventLink', rule(isEventLink, `must be ${EVENT_LINK_FORMS}`))
  eventLink?: string | null;
}

/** @throws VALIDATION_ERROR where the customer is named in both ways or in neither. */
export function customerNamed(request: EmbedSessionRequest): CustomerNamed {
  const [customerExternalId, email] = [request.customerExternalId ?? undefined, request.email ?? undefined];
  if (customerExternalId !== undefined && email === undefined) return { externalId: customerExternalId };
  if (email !== undefined && customerExternalId === undefined) return { email };
  const problem = `${email === undefined ? 'is missing' : 'is given beside the other'}; give either customerExternalId or email`;
  throw invalidFields({ customerExternalId: [problem], email: [problem] });
}

/** Null means absent. */
export function sessionDraft(request: EmbedSessionRequest): SessionDraft {
  const { viewer } = request;
  return {
    viewerId: viewer?.id ?? null,
    viewerName: viewer?.name ?? null,
    at: typeof request.at === 'string' ? parseInstant(request.at) : null,
    types: request.types ?? null,
    masked: request.masked ?? false,
    locale: request.locale ?? null,
    timeZone: request.timeZone ?? null,
    eventLink: request.eventLink ?? null,
    ttlSeconds: parseDuration(request.ttl ?? DEFAULT_TTL) as number,
    maxAgeSeconds: parseDuration(request.maxAge ?? DEFAULT_MAX_AGE) as number,
  };
}

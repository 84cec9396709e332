import { applyDecorators, Controller } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiProperty,
  ApiResponse,
  ApiSecurity,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Type } from '@nestjs/common';
import { STATUS_OF_CODE, type ErrorCode } from '../errors/error-code.ts';
import { FAILURE_EXAMPLES } from '../errors/failure-examples.ts';

export const API_KEY_SCHEME = 'apiKey';

const REQUEST_ID_HEADER = {
  'X-Request-Id': {
    description: 'Names this request in the logs: the one that was sent, if it was safe, or a new one.',
    schema: { type: 'string', example: '0b6d3a52-6c2c-4f9e-9d2b-0d6b0f6f2a11' },
  },
} as const;

const RETRY_AFTER_HEADER = {
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer', example: 1 } },
} as const;

/** How the caller stands with its rate limit (draft-ietf-httpapi-ratelimit-headers). */
export const RATE_LIMIT_HEADERS = {
  RateLimit: {
    description: 'r: events left, t: seconds until the window ends.',
    schema: { type: 'string', example: '"5000-per-5s";r=4999;t=5' },
  },
  'RateLimit-Policy': {
    description: 'q: events per window, w: its seconds.',
    schema: { type: 'string', example: '"5000-per-5s";q=5000;w=5' },
  },
} as const;

const HEADERS_OF_STATUS: Readonly<Record<number, object>> = {
  405: { Allow: { description: 'The methods that this route answers to.', schema: { type: 'string' } } },
  429: { ...RETRY_AFTER_HEADER, ...RATE_LIMIT_HEADERS },
  503: RETRY_AFTER_HEADER,
};

/** The body of every failure. */
export class FailureResponse {
  @ApiProperty({ enum: [false] })
  success: boolean;

  @ApiProperty({ description: 'Stable; what programs branch on.', enum: Object.keys(STATUS_OF_CODE) })
  code: string;

  @ApiProperty({ description: 'For people; may change.' })
  message: string;

  @ApiProperty({
    description:
      'For a VALIDATION_ERROR: field → what is wrong with it. For a PAYLOAD_TOO_LARGE: the field and the limit in bytes.',
    selfRequired: false,
    type: 'object',
    additionalProperties: true,
  })
  details?: object;

  @ApiProperty({ format: 'date-time' })
  timestamp: string;
}

/** What every server route can respond with, whatever it does. */
const COMMON_FAILURES: readonly ErrorCode[] = [
  'VALIDATION_ERROR',
  'AUTH_API_KEY_MISSING',
  'AUTH_API_KEY_INVALID',
  'AUTH_API_KEY_EXPIRED',
  'AUTH_API_KEY_FORBIDDEN',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
];

/** A controller below `/api/v1` that wants an API key. */
export const ServerController = (path: string, tag: string): ClassDecorator =>
  applyDecorators(Controller(`api/v1/${path}`), ApiTags(tag), ApiSecurity(API_KEY_SCHEME));

/**
 * Documents a success: the envelope around an instance of `data`.
 *
 * @param textTypes media types in which the client may have it as a text instead.
 */
export const Responds = (
  status: number,
  data: Type,
  description: string,
  headers: object = {},
  textTypes: readonly string[] = [],
): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(data),
    ApiResponse({
      status,
      description,
      headers: { ...REQUEST_ID_HEADER, ...headers },
      content: {
        'application/json': { schema: envelopeSchema(data) },
        ...Object.fromEntries(textTypes.map((type) => [type, { schema: { type: 'string' } }])),
      },
    }),
  );

/** Documents a success that is a stream of JSON values, one a line, without an envelope. */
export const RespondsNdjson = (line: Type, description: string): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(line),
    ApiResponse({
      status: 200,
      description,
      headers: REQUEST_ID_HEADER,
      content: { 'application/x-ndjson': { schema: { $ref: getSchemaPath(line) } } },
    }),
  );

/** Documents the failures of a server route, those that all of them have included. */
export const Fails = (...codes: ErrorCode[]): MethodDecorator => FailsOnly(...new Set([...COMMON_FAILURES, ...codes]));

/** Documents failures, and no others. */
export const FailsOnly = (...all: ErrorCode[]): MethodDecorator => {
  const statuses = [...new Set(all.map((code) => STATUS_OF_CODE[code]))].sort();
  return applyDecorators(
    ApiExtraModels(FailureResponse),
    ...statuses.map((status) =>
      failureResponse(
        status,
        all.filter((code) => STATUS_OF_CODE[code] === status),
      ),
    ),
  );
};

/** Documents a JSON request body, and the failures that come with reading one. */
export const TakesJson = (body: Type, examples: Record<string, { summary: string; value: object }>): MethodDecorator =>
  applyDecorators(ApiBody({ type: body, required: true, examples }), ApiExtraModels(body));

export const BODY_FAILURES: readonly ErrorCode[] = ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'REQUEST_TIMEOUT'];

const envelopeSchema = (data: Type) => ({
  type: 'object',
  required: ['success', 'data', 'timestamp'],
  properties: {
    success: { type: 'boolean', enum: [true] },
    data: { $ref: getSchemaPath(data) },
    timestamp: { type: 'string', format: 'date-time' },
  },
});

function failureResponse(status: number, codes: ErrorCode[]): MethodDecorator {
  return ApiResponse({
    status,
    description: codes.join(', '),
    headers: { ...REQUEST_ID_HEADER, ...HEADERS_OF_STATUS[status] },
    content: {
      'application/json': {
        schema: { $ref: getSchemaPath(FailureResponse) },
        examples: Object.fromEntries(codes.map((code) => [code, { value: failureExample(code) }])),
      },
    },
  });
}

function failureExample(code: ErrorCode): object {
  return {
    success: false,
    code,
    ...FAILURE_EXAMPLES[code],
    timestamp: '2026-04-18T10:00:00.000Z',
  };
}

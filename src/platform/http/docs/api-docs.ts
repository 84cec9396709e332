import { applyDecorators, Controller } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiHeader, ApiResponse, ApiSecurity, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { Type } from '@nestjs/common';
import type { ErrorDefinition } from '../../../../libs/kernel/domain-error.ts';
import { fieldTooLarge } from '../../../../libs/kernel/input-error.ts';
import { WithSession } from '../request/caller.ts';
import { requestTimeout, unsupportedMediaType } from '../errors/http-error.ts';
import { envelopeOf, envelopePath } from './envelope-docs.ts';
import { failureResponses } from './failure-responses.ts';
import { REQUEST_ID_HEADER } from './header-docs.ts';

export const API_KEY_SCHEME = 'apiKey';

/** A controller below `/api/v1` that wants an API key. */
export const ServerController = (path: string, tag: string): ClassDecorator =>
  applyDecorators(Controller(`api/v1/${path}`), ApiTags(tag), ApiSecurity(API_KEY_SCHEME));

export const SESSION_SCHEME = 'embedSession';

/** A controller below `/embed/api` that wants the token of an embed session. */
export const SessionController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(`embed/api/${path}`),
    ApiTags('Embedded page'),
    ApiSecurity(SESSION_SCHEME),
    ApiHeader({
      name: 'X-Public-Key',
      required: false,
      description: 'The public key that the page was opened with; a session of another app is refused then.',
      schema: { type: 'string', pattern: '^pk_live_[A-Za-z0-9]{48}$' },
    }),
    WithSession(),
  );

/**
 * Documents a success: the envelope around an instance of `data`.
 *
 * @param others what it is in the media types in which the client may have it instead: a text (null), or lines of JSON.
 */
export const Responds = (
  status: number,
  data: Type,
  description: string,
  headers: object = {},
  others: Readonly<Record<string, Type | null>> = {},
): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(envelopeOf(data)),
    ApiResponse({
      status,
      description,
      headers: { ...REQUEST_ID_HEADER, ...headers },
      content: {
        'application/json': { schema: { $ref: envelopePath(data) } },
        ...Object.fromEntries(Object.entries(others).map(([type, other]) => [type, { schema: schemaOf(other) }])),
      },
    }),
  );

const schemaOf = (other: Type | null) => (other === null ? { type: 'string' } : { $ref: getSchemaPath(other) });

/** Documents that the client has the newest version already: there is no body. */
export const RespondsNotModified = (headers: object): MethodDecorator =>
  ApiResponse({
    status: 304,
    description: 'The client has this version already.',
    headers: { ...REQUEST_ID_HEADER, ...headers },
  });

/** Documents a success that is a stream of JSON values, one a line, without an envelope. */
export const RespondsNdjson = (line: Type, description: string): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(line),
    ApiResponse({
      status: 200,
      description,
      headers: { ...REQUEST_ID_HEADER },
      content: { 'application/x-ndjson': { schema: { $ref: getSchemaPath(line) } } },
    }),
  );

/** Documents failures of a route, beside those that all routes with a key have. */
export const Fails = (...definitions: ErrorDefinition[]): MethodDecorator =>
  applyDecorators(...failureResponses(definitions).map((response) => ApiResponse(response)));

/** Documents a JSON request body, and the failures that come with reading one. */
export const TakesJson = (body: Type, examples: Record<string, { summary: string; value: object }>): MethodDecorator =>
  applyDecorators(ApiBody({ type: body, required: true, examples }), ApiExtraModels(body));

/** The failures that come with reading a body. */
export const BODY_FAILURES: readonly ErrorDefinition[] = [fieldTooLarge, unsupportedMediaType, requestTimeout];

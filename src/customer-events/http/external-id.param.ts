import { applyDecorators } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { SHORT_LINE, SHORT_LINE_RULE } from '../../../libs/kernel/characters.ts';
import { PathParam } from '../../platform/http/request/path-params.ts';

/** The `:externalId` of a path, checked by the same rule as in a body. */
export const ExternalId = (): ParameterDecorator => PathParam('externalId', SHORT_LINE, SHORT_LINE_RULE);

export const DocumentsExternalId = (): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiParam({
      name: 'externalId',
      description: 'Your own id of the customer; percent-encoded in the URL.',
      schema: { type: 'string', minLength: 1, maxLength: 255, example: 'user_42' },
    }),
  );

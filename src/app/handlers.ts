import { RequestMethod, type INestApplicationContext, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { NEEDED_SCOPE, type NeededScope } from '../platform/http/request/needs.ts';

/** A method of a controller that handles a route. */
export interface Handler {
  readonly controller: Type;
  readonly name: string;
  /** Such as `GET`. */
  readonly method: string;
  /** Such as `/api/v1/customers/:externalId`. */
  readonly path: string;
  /** What the route needs of a key; undefined: it says nothing, as routes without a key do. */
  readonly needs: NeededScope | undefined;
}

/** All routes of the service, as its controllers declare them. */
export function handlersOf(app: INestApplicationContext): Handler[] {
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) =>
    [...module.controllers.values()].map(({ metatype }) => metatype as Type),
  );
  return [...new Set(controllers)].flatMap(handlersOfController);
}

function handlersOfController(controller: Type): Handler[] {
  const prototype = controller.prototype as Record<string, object>;
  return Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== 'constructor' && typeof prototype[name] === 'function')
    .flatMap((name) => {
      const handler = prototype[name] as object;
      const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
      if (method === undefined) return [];
      const parts = [Reflect.getMetadata(PATH_METADATA, controller), Reflect.getMetadata(PATH_METADATA, handler)];
      const path = (parts as string[]).flatMap((part) => part.split('/')).filter((part) => part !== '');
      return [
        {
          controller,
          name,
          method: RequestMethod[method] as string,
          path: `/${path.join('/')}`,
          needs: NEEDED_SCOPE.of(handler),
        },
      ];
    });
}

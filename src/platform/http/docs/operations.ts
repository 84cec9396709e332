import type { OpenAPIObject } from '@nestjs/swagger';

/** All operations of a document. @typeParam Operation what the caller reads and changes of them. */
export const operationsOf = <Operation>(document: OpenAPIObject): Operation[] =>
  Object.values(document.paths).flatMap((path) => Object.values(path) as Operation[]);

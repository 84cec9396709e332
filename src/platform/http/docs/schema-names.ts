import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import type { Type } from '@nestjs/common';

const withoutSuffix = (name: string): string => name.replace(/Response$/, '');

/** The name of the schema of a class: its own, or that of its `@ApiSchema`, without `Response` at the end. */
export const schemaName = (documented: Type): string =>
  withoutSuffix(getSchemaPath(documented).split('/').at(-1) as string);

/**
 * Names the schemas of what is sent for what they are: `CustomerEvent`, where the class is `CustomerEventResponse`. In a
 * generated client the response is the envelope, `CustomerEventEnvelope`.
 */
export function nameSchemas(document: OpenAPIObject): OpenAPIObject {
  const names = Object.keys(document.components?.schemas ?? {});
  const taken = names.find((name) => withoutSuffix(name) !== name && names.includes(withoutSuffix(name)));
  if (taken !== undefined)
    throw new Error(`two schemas would be named ${withoutSuffix(taken)}; rename one of the classes`);
  const renamed = JSON.stringify(document).replace(
    /("#\/components\/schemas\/\w+?)Response"/g,
    (_reference, path: string) => `${path}"`,
  );
  const named = JSON.parse(renamed) as OpenAPIObject;
  const schemas = Object.entries(named.components?.schemas ?? {}).map(([name, schema]) => [
    withoutSuffix(name),
    schema,
  ]);
  return { ...named, components: { ...named.components, schemas: Object.fromEntries(schemas) } };
}

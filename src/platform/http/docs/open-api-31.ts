import type { OpenAPIObject } from '@nestjs/swagger';

/** A schema, as far as the two versions of OpenAPI differ in it. */
interface Schema {
  readonly nullable?: boolean;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly allOf?: readonly Schema[];
  readonly $ref?: string;
}

/**
 * Says in OpenAPI 3.1, whose schemas are JSON Schema 2020-12, what Nest says in 3.0: a value that may be null has a type
 * "null", a reference may have siblings, and examples are a list.
 */
export function inOpenApi31(document: OpenAPIObject): OpenAPIObject {
  return { ...(inAll(document) as OpenAPIObject), openapi: '3.1.0' };
}

/** Goes through all but schemas and values of examples. */
function inAll(node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map(inAll);
  return mapMembers(node, (key, value) => {
    if (key === 'schema') return inSchema(value as Schema);
    if (key === 'schemas') return mapMembers(value as object, (_name, schema) => inSchema(schema as Schema));
    return key === 'example' || key === 'examples' ? value : inAll(value);
  });
}

function inSchema(schema: Schema): object {
  const { nullable = false, example, allOf, ...rest } = mapMembers(schema, inMember) as Schema;
  const [single, ...others] = allOf ?? [];
  // Nest wraps a reference that has siblings.
  const { $ref, ...own } = single !== undefined && others.length === 0 ? { ...single, ...rest } : { ...rest, allOf };
  const isReference = $ref !== undefined;
  if (isReference && 'type' in own) delete own.type;
  return {
    ...(isReference && !nullable ? { $ref } : {}),
    ...(isReference && nullable ? { oneOf: [{ $ref }, { type: 'null' }] } : {}),
    ...own,
    ...(nullable && own.type !== undefined ? { type: [own.type, 'null'] } : {}),
    ...(nullable && own.enum !== undefined ? { enum: [...own.enum, null] } : {}),
    ...(example === undefined ? {} : { examples: [example] }),
  };
}

const LISTS = ['allOf', 'anyOf', 'oneOf'];

function inMember(key: string, value: unknown): unknown {
  if (LISTS.includes(key)) return (value as Schema[]).map(inSchema);
  if (key === 'properties') return mapMembers(value as object, (_name, schema) => inSchema(schema as Schema));
  const isSchema = (key === 'items' || key === 'additionalProperties') && typeof value === 'object';
  return isSchema ? inSchema(value as Schema) : value;
}

const mapMembers = (object: object, map: (key: string, value: unknown) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(key, value)]));

import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiSchema, getSchemaPath } from '@nestjs/swagger';

/**
 * Documents a class as a union, which has a schema with a name of its own.
 *
 * @param property by whose value the members are told apart.
 * @param members by that value.
 */
export function OneOf(property: string, members: Readonly<Record<string, Type>>): ClassDecorator {
  const classes = Object.values(members);
  const paths = Object.entries(members).map(([value, member]) => [value, getSchemaPath(member)]);
  const schema = {
    // In the place of those that a class has.
    ...{ type: undefined, properties: undefined },
    oneOf: classes.map((member) => ({ $ref: getSchemaPath(member) })),
    discriminator: { propertyName: property, mapping: Object.fromEntries(paths) as Record<string, string> },
  };
  return applyDecorators(ApiExtraModels(...classes), ApiSchema(schema as object));
}

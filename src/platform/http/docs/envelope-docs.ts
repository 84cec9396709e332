import { ApiProperty, ApiSchema, getSchemaPath } from '@nestjs/swagger';
import type { Type } from '@nestjs/common';
import { schemaName } from './schema-names.ts';

const envelopes = new Map<Type, Type>();

/** The class that documents the success envelope around an instance of `data`; its schema is named for that of `data`. */
export function envelopeOf(data: Type): Type {
  let envelope = envelopes.get(data);
  if (envelope === undefined) {
    envelope = class {};
    ApiSchema({ name: `${schemaName(data)}Envelope` })(envelope);
    const { prototype } = envelope as { prototype: object };
    ApiProperty({ enum: [true] })(prototype, 'success');
    ApiProperty({ type: data })(prototype, 'data');
    ApiProperty({ type: 'string', format: 'date-time', description: 'When the response was made.' })(
      prototype,
      'timestamp',
    );
    envelopes.set(data, envelope);
  }
  return envelope;
}

/** Where the schema of an envelope stands in the document. */
export const envelopePath = (data: Type): string => getSchemaPath(envelopeOf(data));

import { ApiParam } from '@nestjs/swagger';

/** The `:id` of a path. A text that cannot be an id is the id of no event: a 404, not a 400. */
export const DocumentsEventId = (): MethodDecorator & ClassDecorator =>
  ApiParam({
    name: 'id',
    description: 'The id that the service gave the event; not your own eventId.',
    schema: { type: 'string', example: 'cmo4a6nb40000xqbp1v5k2h8d' },
  });

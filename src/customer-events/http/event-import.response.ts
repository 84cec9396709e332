import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ERROR_CODE } from '../../platform/http/docs/failure-responses.ts';
import { EventRejections } from './event-rejections.ts';
import { ImportTally, type RejectedLine } from '../application/import-tally.ts';

/** A response that names a million lines helps nobody. */
const MAX_REJECTED_LINES_NAMED = 100;

export class RejectedLineResponse {
  @ApiProperty({ type: 'integer', description: 'The number of the line, from 1, blank lines included.', example: 3 })
  line: number;

  @ApiProperty({ ...ERROR_CODE, example: 'CUSTOMER_NOT_FOUND' })
  code: string;

  @ApiProperty({ description: 'For people; may change.' })
  message: string;

  @ApiProperty({ type: 'object', selfRequired: false, additionalProperties: true, description: 'As in a failure.' })
  details?: object | undefined;
}

@ApiSchema({ name: 'EventImportResult' })
export class EventImportResponse {
  @ApiProperty({
    type: 'integer',
    description: 'Lines that held something: created + replayed + rejected.',
    example: 1000,
  })
  lines: number;

  @ApiProperty({ type: 'integer', description: 'Events that are committed now.', example: 997 })
  created: number;

  @ApiProperty({
    type: 'integer',
    description: 'Events that were committed before, under the same eventId.',
    example: 0,
  })
  replayed: number;

  @ApiProperty({ type: 'integer', example: 3 })
  rejected: number;

  @ApiProperty({
    type: [RejectedLineResponse],
    maxItems: MAX_REJECTED_LINES_NAMED,
    description: 'The first of the rejected lines, in their order.',
  })
  errors: RejectedLineResponse[];
}

/** The tally of an import together with the first lines that it rejected, and why it rejected lines. */
export class ImportReport extends ImportTally {
  readonly errors: RejectedLineResponse[] = [];
  readonly rejections = new EventRejections();

  note(rejected: readonly RejectedLine[]): void {
    for (const { line, reason } of rejected) {
      this.rejections.note(reason);
      if (this.errors.length === MAX_REJECTED_LINES_NAMED) continue;
      const { code, message, details } = reason;
      this.errors.push({ line: line.number, code, message, details });
    }
  }

  response(): EventImportResponse {
    const { lines, created, replayed, rejected, errors } = this;
    return { lines, created, replayed, rejected, errors };
  }
}

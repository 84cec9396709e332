import type { DomainError } from '../../../libs/kernel/domain-error.ts';
import type { RequestSummary } from '../../platform/http/request/in-flight-request.ts';
import { wrongFields } from '../../platform/input/wrong-fields.ts';
import type { EventOutcome } from './event-counts.ts';

/** Why events of one request were rejected, for its line in the log: codes and names of fields, of which there are few. */
export class EventRejections {
  private readonly codes: Record<string, number> = {};
  private readonly fields = new Set<string>();

  note(rejection: DomainError): void {
    this.codes[rejection.code] = (this.codes[rejection.code] ?? 0) + 1;
    for (const field of wrongFields(rejection)) this.fields.add(field);
  }

  summary({ created, replayed, rejected }: Readonly<Record<EventOutcome, number>>): RequestSummary {
    return { counts: { created, replayed, rejected }, codes: this.codes, fields: [...this.fields] };
  }
}

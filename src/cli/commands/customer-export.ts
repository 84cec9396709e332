import { oneLine } from '../../../libs/ndjson/one-line.ts';
import type { CustomerEvent } from '../../customer-events/domain/customer-event.ts';
import type { Customer } from '../../customer-events/domain/customer.ts';
import { customerJson, eventJson } from './record-json.ts';

/**
 * All that is kept of a person, in NDJSON: `{"customer":{…}}`, then an event a line as `import` reads it, with `id` and
 * `createdAt` besides. Payloads and metadata are the texts that are kept, with the line ends of Unicode in their
 * strings escaped.
 */
export async function* exportLines({
  customer,
  pages,
}: {
  customer: Customer;
  pages: AsyncIterable<readonly CustomerEvent[]>;
}): AsyncGenerator<string> {
  yield lineOf(`{"customer":${customerJson(customer)}}`);
  for await (const events of pages) {
    for (const event of events) yield lineOf(eventJson(event, customer.externalId));
  }
}

const lineOf = (json: string): string => `${oneLine(json)}\n`;

import { closeSync, fsyncSync, ftruncateSync, lstatSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { oneLine } from '../../../libs/ndjson/one-line.ts';
import type { CustomerEvent } from '../../customer-events/domain/customer-event.ts';
import type { Customer } from '../../customer-events/domain/customer.ts';
import { OperatorError } from '../error-message.ts';
import { openOwnFile } from '../open-own-file.ts';

const CUSTOMER_COLUMNS = 'externalId,email,name,phone,avatarUrl,metadata\n';
const EVENT_BEGINS = '{"customerExternalId":';
const PURPOSE = 'The export cannot be written';
/** Until it is complete: half an export must not be taken for a whole one. */
const UNFINISHED = '.part';

/** A row of CSV as `import --create-customers` reads it. Its fields have no line ends, or have them in JSON strings. */
export function customerRow({ externalId, email, name, phone, avatarUrl, metadata }: Customer): string {
  return `${[externalId, email, name, phone, avatarUrl, metadata.text].map(cell).join(',')}\n`;
}

/** In quotes, whatever it is: a blank at its end, and what looks like a number, stay what they are. */
const cell = (text: string | null): string => (text === null ? '' : `"${text.replaceAll('"', '""')}"`);

/** A line of NDJSON as `import` reads it, the payload as it was sent. */
export function eventLine(customer: Customer, { type, payload, occurredAt, eventId }: CustomerEvent): string {
  const id = eventId === null ? '' : `,"eventId":${JSON.stringify(eventId)}`;
  const what = `"type":${JSON.stringify(type)},"occurredAt":"${occurredAt}","payload":${payload.text}`;
  return `${oneLine(`${EVENT_BEGINS}${JSON.stringify(customer.externalId)}${id},${what}}`)}\n`;
}

/** The two files of an export. They can be read by their owner only, and nothing that is there is overwritten. */
export class ExportFiles {
  readonly customersPath: string;
  readonly eventsPath: string;
  private readonly customers: number;
  private readonly events: number;

  /**
   * @param folder is made where it is not there.
   * @throws {OperatorError} where there is such a file already, or none can be written.
   */
  constructor(folder: string) {
    this.customersPath = join(folder, 'customers.csv');
    this.eventsPath = join(folder, 'events.ndjson');
    makeFolder(folder);
    [this.customersPath, this.eventsPath].forEach(requireAbsent);
    this.customers = openUnfinished(this.customersPath, CUSTOMER_COLUMNS);
    this.events = openUnfinished(this.eventsPath, EVENT_BEGINS);
    writeFileSync(this.customers, CUSTOMER_COLUMNS);
  }

  addCustomers(customers: readonly Customer[]): void {
    writeFileSync(this.customers, customers.map(customerRow).join(''));
  }

  addEvents(customer: Customer, events: readonly CustomerEvent[]): void {
    writeFileSync(this.events, events.map((event) => eventLine(customer, event)).join(''));
  }

  /** Only now they have their names, and are on disk. */
  finish(): void {
    for (const file of [this.customers, this.events]) fsyncSync(file);
    this.close();
    for (const path of [this.customersPath, this.eventsPath]) renameSync(`${path}${UNFINISHED}`, path);
  }

  close(): void {
    for (const file of [this.customers, this.events]) closeSync(file);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new OperatorError(`${PURPOSE} to the folder ${folder} (${(error as NodeJS.ErrnoException).code})`);
  }
}

function requireAbsent(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  throw new OperatorError(`${PURPOSE} to ${path}: it is there already; name another folder with --output`);
}

/** What an export that broke off has left is begun anew. */
function openUnfinished(path: string, begins: string): number {
  const { file } = openOwnFile(`${path}${UNFINISHED}`, { purpose: PURPOSE, option: '--output' }, (beginning) =>
    begins.startsWith(beginning.slice(0, begins.length)),
  );
  ftruncateSync(file);
  return file;
}

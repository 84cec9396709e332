import { Command } from 'commander';
import type { INestApplicationContext } from '@nestjs/common';
import { millisOfTimeOrderedId } from '../../../libs/kernel/ids.ts';
import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import { CustomerDirectory } from '../../customer-events/application/customer-directory.ts';
import { Customers } from '../../customer-events/application/customers.ts';
import { Timeline } from '../../customer-events/application/timeline.ts';
import { EVENT_ID_PATTERN, type CustomerEvent } from '../../customer-events/domain/customer-event.ts';
import { OperatorError } from '../error-message.ts';
import { tell } from '../printable.ts';
import { withService } from '../with-service.ts';
import { noCustomer } from './customer-commands.ts';
import { wholeNumber } from './number-option.ts';
import { orNotFound } from './or-not-found.ts';
import { jsonOption, printJson, type Printed } from './print.ts';
import { eventJson } from './record-json.ts';

interface FindOptions extends Printed {
  readonly app: string;
  readonly customer?: string;
  readonly eventId?: string;
  readonly within: number;
}

interface Found {
  readonly event: CustomerEvent;
  readonly externalId: string;
}

export function eventCommands(): Command {
  const events = new Command('events').description('the events of an app');
  events
    .command('find')
    .argument('[id]', 'the id that the service gave the event')
    .description('show an event: at once with --customer, otherwise by a search through the customers of the app')
    .requiredOption('--app <slug>', 'whose event')
    .option('--event-id <eventId>', "instead of the id: the sender's own id of the event")
    .option('--customer <externalId>', 'whose timeline it is on')
    .option('--within <seconds>', 'when a search without --customer ends', wholeNumber(1, 3_600), 10)
    .addOption(jsonOption())
    .action(find);
  return events;
}

async function find(id: string | undefined, options: FindOptions): Promise<void> {
  const wanted = wantedOf(id, options.eventId);
  const found = await withService(options, async (service) => {
    const app = await service.get(KeyAdministration).appOf(options.app);
    return options.customer === undefined
      ? search(service, app, wanted, options.within)
      : [await onTimeline(service, app, wanted, options.customer)];
  });
  const json = found.map(({ event, externalId }) => eventJson(event, externalId));
  printJson(options, `[${json.join(',')}]`, found.flatMap(eventLines));
}

type Wanted = { readonly id: string } | { readonly eventId: string };

/** @throws {OperatorError} */
function wantedOf(id: string | undefined, eventId: string | undefined): Wanted {
  if (id !== undefined && eventId === undefined) {
    if (millisOfTimeOrderedId(id) !== null) return { id };
    throw new OperatorError(`"${id}" is no id that this service gives an event; a sender's own goes to --event-id`);
  }
  if (eventId === undefined || id !== undefined)
    throw new OperatorError("Give either the id of the event or --event-id with the sender's own");
  if (!EVENT_ID_PATTERN.test(eventId))
    throw new OperatorError('--event-id has 1 to 255 letters, digits, "_", ".", ":" and "-"');
  return { eventId };
}

const nameOf = (wanted: Wanted): string => ('id' in wanted ? `"${wanted.id}"` : `with the eventId "${wanted.eventId}"`);

async function onTimeline(
  service: INestApplicationContext,
  app: { id: string; slug: string },
  wanted: Wanted,
  externalId: string,
): Promise<Found> {
  const customer = await orNotFound(service.get(Customers).get(app.id, externalId), noCustomer(externalId, app.slug));
  const none = `The customer "${externalId}" of the app "${app.slug}" has no event ${nameOf(wanted)}`;
  if ('id' in wanted)
    return { event: await orNotFound(service.get(Timeline).event(app.id, externalId, wanted.id), none), externalId };
  const event = await service.get(CustomerDirectory).eventOf(app.id, customer.id, wanted.eventId);
  if (event === null) throw new OperatorError(none);
  return { event, externalId };
}

/** Nothing leads from an event to its customer, so all of them are asked, the newest first, as long as there is time. */
async function search(
  service: INestApplicationContext,
  app: { id: string; slug: string },
  wanted: Wanted,
  within: number,
): Promise<Found[]> {
  const directory = service.get(CustomerDirectory);
  const end = performance.now() + within * 1_000;
  const { events, customers, isComplete } = await directory.search(app.id, wanted, () => performance.now() > end);
  const rest = `within ${within} s only the newest ${customers} customers were looked at; --customer finds it at once, --within gives the search more time`;
  if (events.length === 0) {
    throw new OperatorError(
      isComplete
        ? `The app "${app.slug}" has no event ${nameOf(wanted)}`
        : `No event ${nameOf(wanted)} was found: ${rest}`,
    );
  }
  if (!isComplete) tell(`There may be more events ${nameOf(wanted)}: ${rest}`);
  const found: Found[] = [];
  for (const event of events) {
    const customer = await directory.customer(app.id, event.customerId);
    if (customer !== null) found.push({ event, externalId: customer.externalId });
  }
  return found;
}

function eventLines({ event, externalId }: Found): string[] {
  const { id, type, payload, occurredAt, createdAt, eventId } = event;
  const fields = {
    id,
    customer: externalId,
    type,
    payload: payload.text,
    occurredAt,
    createdAt,
    eventId: eventId ?? '-',
  };
  return Object.entries(fields).map(([field, value]) => `${field.padEnd(10)}  ${value}`);
}

import { Command } from 'commander';
import type { INestApplicationContext } from '@nestjs/common';
import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import { CustomerDirectory } from '../../customer-events/application/customer-directory.ts';
import { Customers } from '../../customer-events/application/customers.ts';
import { Timeline } from '../../customer-events/application/timeline.ts';
import type { Customer } from '../../customer-events/domain/customer.ts';
import { OperatorError } from '../error-message.ts';
import { operator } from '../operator.ts';
import { withService } from '../with-service.ts';
import { exportLines } from './customer-export.ts';
import { wholeNumber } from './number-option.ts';
import { orNotFound } from './or-not-found.ts';
import { jsonOption, print, printJson, type Printed } from './print.ts';
import { customerJson } from './record-json.ts';
import { writeNewFile, writeStdout } from './write-output.ts';

const MAX_LISTED = 10_000;

interface OfApp {
  readonly app: string;
}

export function customerCommands(): Command {
  const customers = new Command('customers').description(
    'the customers of an app: look them up, give out what is kept',
  );
  customers
    .command('list')
    .description('list customers without their metadata, the newest first')
    .requiredOption('--app <slug>', 'whose customers')
    .option('--prefix <text>', 'those whose external id begins with it, in the order of their external ids')
    .option('--limit <number>', `how many, up to ${MAX_LISTED}`, wholeNumber(1, MAX_LISTED), 50)
    .addOption(jsonOption())
    .action(list);
  customers
    .command('find')
    .argument('[id]', 'the external id')
    .description('show one customer')
    .requiredOption('--app <slug>', 'whose customer')
    .option('--email <address>', 'instead of the external id; in any case of its letters')
    .addOption(jsonOption())
    .action(find);
  customers
    .command('export')
    .argument('<id>', 'the external id')
    .description('give out all that is kept of one person, as NDJSON: the customer, then its events, the oldest first')
    .requiredOption('--app <slug>', 'whose customer')
    .option('--output <file>', 'a new file, which only this account can read (default: standard output)')
    .action(exportCustomer);
  return customers;
}

async function list(options: OfApp & Printed & { prefix?: string; limit: number }): Promise<void> {
  const { app, prefix, limit } = options;
  if (prefix === '') throw new OperatorError('--prefix needs a text; leave it out to list all customers');
  const listed = await withService(options, async (service) => {
    const [{ id }, directory] = [await appOf(service, app), service.get(CustomerDirectory)];
    const outlines: ReturnType<typeof outline>[] = [];
    const found = prefix === undefined ? directory.newest(id, limit) : directory.withPrefix(id, prefix, limit);
    for await (const customer of found) outlines.push(outline(customer));
    return outlines;
  });
  print(
    options,
    listed,
    listed.map(({ externalId, email, name, createdAt }) => `${externalId}  ${email}  ${name}  ${createdAt}`),
  );
}

/** Metadata may be 64 KiB, and a list is held whole. */
const outline = ({ id, externalId, email, name, phone, avatarUrl, createdAt, updatedAt }: Customer) =>
  ({ id, externalId, email, name, phone, avatarUrl, createdAt, updatedAt }) satisfies Omit<Customer, 'metadata'>;

async function find(externalId: string | undefined, options: OfApp & Printed & { email?: string }): Promise<void> {
  const { app, email } = options;
  if ((externalId === undefined) === (email === undefined))
    throw new OperatorError('Give either an external id or --email with an address');
  const customer = await withService(options, async (service) => {
    const { id } = await appOf(service, app);
    if (externalId !== undefined) return customerOf(service, { id, slug: app }, externalId);
    const found = await service.get(CustomerDirectory).ofEmail(id, email as string);
    if (found === null) throw new OperatorError(`There is no customer with the address "${email}" in the app "${app}"`);
    return found;
  });
  printJson(options, customerJson(customer), customerLines(customer));
}

function customerLines({ id, externalId, email, name, phone, avatarUrl, metadata, createdAt, updatedAt }: Customer) {
  return Object.entries({
    id,
    externalId,
    email,
    name,
    phone: phone ?? '-',
    avatarUrl: avatarUrl ?? '-',
    metadata: metadata.text,
    createdAt,
    updatedAt,
  } satisfies Record<keyof Customer, string>).map(([field, value]) => `${field.padEnd(10)}  ${value}`);
}

async function exportCustomer(externalId: string, { app, output }: OfApp & { output?: string }): Promise<void> {
  await withService({}, async (service) => {
    const { id } = await appOf(service, app);
    const lines = async () =>
      exportLines(
        await orNotFound(service.get(Timeline).exportCustomer(id, externalId, operator()), noCustomer(externalId, app)),
      );
    if (output === undefined) await writeStdout(await lines());
    else await writeNewFile(output, lines);
  });
}

const appOf = (service: INestApplicationContext, slug: string) => service.get(KeyAdministration).appOf(slug);

const customerOf = (service: INestApplicationContext, app: { id: string; slug: string }, externalId: string) =>
  orNotFound(service.get(Customers).get(app.id, externalId), noCustomer(externalId, app.slug));

export const noCustomer = (externalId: string, slug: string): string =>
  `There is no customer "${externalId}" in the app "${slug}"`;

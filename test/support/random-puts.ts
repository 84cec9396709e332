import { JsonText } from '../../libs/json-payload/json-text.ts';
import { invalidField } from '../../libs/kernel/input-error.ts';
import type { CustomerPut } from '../../src/customer-events/domain/customer-puts.ts';
import {
  changedCustomer,
  customerIdOf,
  newCustomer,
  type Customer,
  type CustomerChanges,
} from '../../src/customer-events/domain/customer.ts';
import { instant } from './builders.ts';

/** A change of a customer that may be made in several apps. */
export interface RandomPut {
  readonly externalId: string;
  readonly changes: CustomerChanges;
  readonly mode: 'upsert' | 'insert' | 'refuse';
}

const CUSTOMERS = 4;
const ADDRESSES = 4;
const MAX_PUTS = 8;
const NOW = instant('2026-04-18T12:00:00Z');

/** The same numbers from 0 to `below` - 1 for the same seed: https://en.wikipedia.org/wiki/Linear_congruential_generator */
export function randomSource(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Groups of changes of a few customers and a few addresses. */
export function groupsOf(seed: number, name: string, count: number): RandomPut[][] {
  const random = randomSource(seed);
  const group = (): RandomPut[] => Array.from({ length: 1 + random(MAX_PUTS) }, () => randomPut(random, name));
  return Array.from({ length: count }, group);
}

export const putsOf = (appId: string, puts: readonly RandomPut[]): CustomerPut[] =>
  puts.map((put) => ({
    id: customerIdOf(appId, put.externalId),
    decide: (present) => decided(appId, put, present),
  }));

function randomPut(random: (below: number) => number, name: string): RandomPut {
  const email = `a${random(ADDRESSES)}-${name}@example.com`;
  const kind = random(10);
  return {
    externalId: `c${random(CUSTOMERS)}-${name}`,
    mode: kind === 0 ? 'refuse' : kind === 1 ? 'insert' : 'upsert',
    changes: {
      ...(kind === 2 ? {} : { email: kind === 3 ? email.toUpperCase() : email }),
      ...(kind === 4 ? {} : { name: `name ${random(1_000)}` }),
      ...(kind > 4 ? {} : { metadata: new JsonText(`{"n":${random(1_000)}}`) }),
    },
  };
}

function decided(appId: string, { externalId, changes, mode }: RandomPut, present: Customer | null): Customer {
  if (mode === 'refuse') throw invalidField('name', 'is refused');
  if (present === null) return newCustomer(appId, externalId, changes, NOW, new JsonText('{}'));
  return mode === 'insert' ? present : changedCustomer(present, changes, NOW);
}

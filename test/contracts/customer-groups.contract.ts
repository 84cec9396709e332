import { beforeEach, describe, expect, it } from '@jest/globals';
import { JsonText } from '../../libs/json-payload/json-text.ts';
import { DomainError } from '../../libs/kernel/domain-error.ts';
import { randomId } from '../../libs/kernel/ids.ts';
import { invalidField } from '../../libs/kernel/input-error.ts';
import type { CustomerStore } from '../../src/customer-events/application/customer-store.port.ts';
import { CustomerPreview } from '../../src/customer-events/domain/customer-preview.ts';
import type { CustomerPut, PutOutcome } from '../../src/customer-events/domain/customer-puts.ts';
import { customerIdOf, type Customer } from '../../src/customer-events/domain/customer.ts';
import { aCustomer, APP, OTHER_APP } from '../support/builders.ts';
import { groupsOf, putsOf, randomSource, type RandomPut } from '../support/random-puts.ts';
import { inDrill } from '../support/drill.ts';

const SEQUENCES = inDrill(150, 50);
const GROUPS = 4;

/** What every CustomerStore does with many changes at once. Called by {@link customerStoreContract}. */
export function customerGroupsContract(open: () => CustomerStore): void {
  describe('with groups of customers', () => {
    let customers: CustomerStore;
    let run: string;
    const named = (name: string): string => `${name}-${run}`;
    const mail = (name: string): string => `${named(name)}@example.com`;
    const find = (name: string) => customers.find(customerIdOf(APP, named(name)));
    const to = (name: string, fields: Partial<Customer>): CustomerPut => ({
      id: customerIdOf(APP, named(name)),
      decide: (present) => ({ ...(present ?? aCustomer(named(name))), ...fields }),
    });
    const withEmail = (name: string, address: string) => to(name, { email: mail(address) });
    const kindsOf = (outcomes: readonly PutOutcome[]) => outcomes.map(toldOf);
    const putAll = async (...puts: CustomerPut[]) => kindsOf(await customers.putAll(APP, puts));

    beforeEach(() => {
      run = randomId();
      customers = open();
    });

    it('creates and changes many, value for value', async () => {
      const fields = {
        phone: '+44 1',
        avatarUrl: 'https://a/"\\,{}',
        name: 'NULL',
        metadata: new JsonText('{"n":1.10}'),
      };
      expect(await putAll(to('ada', fields), to('bob', {}))).toEqual(['created', 'created']);
      expect(await find('ada')).toEqual(aCustomer(named('ada'), fields));
      expect(await find('bob')).toEqual(aCustomer(named('bob')));
      expect(await putAll(to('ada', { phone: null, name: 'Ü' }), to('carl', {}))).toEqual(['updated', 'created']);
      expect(await find('ada')).toEqual(aCustomer(named('ada'), { ...fields, phone: null, name: 'Ü' }));
    });

    it('does nothing for an empty group', async () => {
      expect(await putAll()).toEqual([]);
    });

    it('leaves a customer as it is where the decision is the customer itself', async () => {
      await putAll(to('ada', {}));
      const asItIs: CustomerPut = { id: customerIdOf(APP, named('ada')), decide: (present) => present as Customer };
      expect(await putAll(asItIs, to('ada', { name: 'A' }), asItIs)).toEqual(['unchanged', 'updated', 'unchanged']);
      expect(await find('ada')).toMatchObject({ name: 'A' });
    });

    it('refuses what the decision refuses, and stores the others', async () => {
      const refused: CustomerPut = {
        id: customerIdOf(APP, named('bob')),
        decide: () => {
          throw invalidField('name', 'no');
        },
      };
      expect(await putAll(to('ada', {}), refused, to('carl', {}))).toEqual(['created', 'VALIDATION_ERROR', 'created']);
      expect(await find('bob')).toBeNull();
      expect(await find('carl')).not.toBeNull();
    });

    it('stores nothing where a decision fails', async () => {
      const failing: CustomerPut = {
        id: customerIdOf(APP, named('bob')),
        decide: () => {
          throw new Error('no');
        },
      };
      await expect(putAll(to('ada', {}), failing)).rejects.toThrow('no');
      expect(await find('ada')).toBeNull();
    });

    it('changes a customer twice, the second time from what the first has made of it', async () => {
      const twice = [to('ada', { name: 'one', phone: '1' }), to('ada', { name: 'two' })];
      expect(await putAll(...twice)).toEqual(['created', 'updated']);
      expect(await find('ada')).toMatchObject({ name: 'two', phone: '1' });
      await putAll(withEmail('ada', 'x'), withEmail('ada', 'y'));
      expect(await putAll(withEmail('bob', 'x'), withEmail('carl', 'y'))).toEqual(['created', 'CUSTOMER_EMAIL_EXISTS']);
    });

    it('creates a customer at the second change where the first is refused', async () => {
      await putAll(withEmail('ada', 'x'));
      const twice = [withEmail('bob', 'x'), withEmail('bob', 'y')];
      expect(await putAll(...twice)).toEqual(['CUSTOMER_EMAIL_EXISTS', 'created']);
      expect(await find('bob')).toMatchObject({ email: mail('y') });
    });

    it('passes an address on to a customer that comes later, not to one before', async () => {
      await putAll(withEmail('ada', 'x'));
      const [takes, givesUp] = [withEmail('bob', 'x'), withEmail('ada', 'y')];
      expect(await putAll(takes, givesUp, takes)).toEqual(['CUSTOMER_EMAIL_EXISTS', 'updated', 'created']);
      expect(await putAll(withEmail('carl', 'x'), withEmail('carl', 'y'))).toEqual([
        'CUSTOMER_EMAIL_EXISTS',
        'CUSTOMER_EMAIL_EXISTS',
      ]);
    });

    it('swaps the addresses of two customers by way of a third address', async () => {
      await putAll(withEmail('ada', 'x'), withEmail('bob', 'y'));
      const swap = [withEmail('ada', 'z'), withEmail('bob', 'x'), withEmail('ada', 'y')];
      expect(await putAll(...swap)).toEqual(['updated', 'updated', 'updated']);
      expect(await find('ada')).toMatchObject({ email: mail('y') });
      expect(await find('bob')).toMatchObject({ email: mail('x') });
      expect(await putAll(withEmail('carl', 'z'))).toEqual(['created']);
    });

    it('does not swap addresses directly', async () => {
      await putAll(withEmail('ada', 'x'), withEmail('bob', 'y'));
      const direct = [withEmail('ada', 'y'), withEmail('bob', 'x')];
      expect(await putAll(...direct)).toEqual(['CUSTOMER_EMAIL_EXISTS', 'CUSTOMER_EMAIL_EXISTS']);
    });

    it('keeps an address for one customer of an app, in any case', async () => {
      const upper = to('bob', { email: mail('x').toUpperCase() });
      expect(await putAll(withEmail('ada', 'x'), upper)).toEqual(['created', 'CUSTOMER_EMAIL_EXISTS']);
      expect(await putAll(upper, to('ada', { email: mail('x').toUpperCase() }))).toEqual([
        'CUSTOMER_EMAIL_EXISTS',
        'updated',
      ]);
      expect(await find('ada')).toMatchObject({ email: mail('x').toUpperCase() });
      const elsewhere = aCustomer(named('ada'), { email: mail('x') }, OTHER_APP);
      const there = await customers.putAll(OTHER_APP, [{ id: elsewhere.id, decide: () => elsewhere }]);
      expect(kindsOf(there)).toEqual(['created']);
    });

    it('does what single changes do one after the other', async () => {
      await eachSequence(async (groups) => {
        for (const group of groups) {
          const one: string[] = [];
          for (const put of putsOf(OTHER_APP, group)) one.push(await putOne(customers, OTHER_APP, put));
          expect(kindsOf(await customers.putAll(APP, putsOf(APP, group)))).toEqual(one);
        }
        const externalIds = [...new Set(groups.flat().map(({ externalId }) => externalId))];
        expect(await stateOf(APP, externalIds)).toEqual(await stateOf(OTHER_APP, externalIds));
      });
    });

    it('foretells what several groups will do', async () => {
      await eachSequence(async ([first = [], ...groups]) => {
        await customers.putAll(APP, putsOf(APP, first));
        const preview = new CustomerPreview();
        const foretold = [];
        for (const group of groups) {
          foretold.push(kindsOf(await customers.previewAll(APP, putsOf(APP, group), preview)));
        }
        const done = [];
        for (const group of groups) done.push(kindsOf(await customers.putAll(APP, putsOf(APP, group))));
        expect(foretold).toEqual(done);
      });
    });

    it('writes nothing in a preview', async () => {
      await putAll(withEmail('ada', 'x'));
      const puts = [withEmail('ada', 'y'), withEmail('bob', 'x')];
      const outcomes = await customers.previewAll(APP, puts, new CustomerPreview());
      expect(kindsOf(outcomes)).toEqual(['updated', 'created']);
      expect(await find('ada')).toMatchObject({ email: mail('x') });
      expect(await find('bob')).toBeNull();
    });

    it('keeps each address for one customer while many groups and single changes come at once', async () => {
      const random = randomSource(1);
      const [names, addresses] = [letters(8), letters(8)];
      const pick = (from: readonly string[]): string => from[random(from.length)] ?? '';
      const some = () => Array.from({ length: 12 }, () => withEmail(pick(names), pick(addresses)));
      const groups = Array.from({ length: 20 }, some);
      const single = (): CustomerPut => withEmail(pick(names), pick(addresses));
      await Promise.all([
        ...groups.map((group) => customers.putAll(APP, group)),
        ...groups.map(() => putOne(customers, APP, single())),
      ]);
      const present = (await Promise.all(names.map(find))).filter((customer) => customer !== null);
      const held = present.map(({ email }) => email);
      expect(new Set(held).size).toBe(held.length);
      const free = addresses.filter((address) => !held.includes(mail(address)));
      const newcomers = addresses.map((address) => withEmail(`new-${address}`, address));
      const created = (await putAll(...newcomers)).filter((kind) => kind === 'created');
      expect(created).toHaveLength(free.length);
    });

    /** Random groups with few customers and few addresses, so that many collide. */
    async function eachSequence(check: (groups: RandomPut[][]) => Promise<void>): Promise<void> {
      const sequences = Array.from({ length: SEQUENCES }, (_, seed) => groupsOf(seed, named(String(seed)), GROUPS));
      const next = async (): Promise<void> => {
        for (let groups = sequences.pop(); groups !== undefined; groups = sequences.pop()) await check(groups);
      };
      await Promise.all(Array.from({ length: 8 }, next));
    }

    const stateOf = (appId: string, externalIds: readonly string[]) =>
      Promise.all(
        externalIds.map(async (externalId) => {
          const customer = await customers.find(customerIdOf(appId, externalId));
          return customer === null ? null : { ...customer, id: '' };
        }),
      );
  });
}

const letters = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);

const toldOf = (outcome: PutOutcome): string => (outcome.kind === 'refused' ? outcome.error.code : outcome.kind);

async function putOne(customers: CustomerStore, appId: string, { id, decide }: CustomerPut): Promise<string> {
  let isUnchanged = false;
  try {
    const { created } = await customers.put(appId, id, (present) => {
      const decided = decide(present);
      isUnchanged = decided === present;
      return decided;
    });
    if (isUnchanged) return 'unchanged';
    return created ? 'created' : 'updated';
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error;
    return error.code;
  }
}

import { beforeEach, describe, expect, it } from '@jest/globals';
import { aCustomer, APP } from '../../../test/support/builders.ts';
import { CustomerPreview } from './customer-preview.ts';
import { settlePuts, type ClaimingCustomer, type CustomerPut, type PresentCustomers } from './customer-puts.ts';
import { emailClaim } from './email-claim.ts';

describe('CustomerPreview', () => {
  let stored: Map<string, ClaimingCustomer>;
  const present: PresentCustomers = {
    byId: (ids) => Promise.resolve(new Map([...stored].filter(([id]) => ids.includes(id)))),
    taken: (claims) => {
      const taken = [...stored.values()].map(({ claim }) => claim);
      return Promise.resolve(new Set(claims.filter((claim) => taken.includes(claim))));
    },
  };

  beforeEach(() => {
    const ada = aCustomer('ada', { email: 'x@example.com' });
    stored = new Map([[ada.id, { customer: ada, claim: emailClaim(APP, ada.email) }]]);
  });

  const withEmail = (name: string, email: string): CustomerPut => ({
    id: aCustomer(name).id,
    decide: (customer) => ({ ...(customer ?? aCustomer(name)), email }),
  });

  async function foretell(preview: CustomerPreview, ...puts: CustomerPut[]): Promise<string[]> {
    const { outcomes, changes } = await settlePuts(APP, puts, preview.over(present));
    preview.note(changes);
    return outcomes.map(({ kind }) => kind);
  }

  it('knows who was created, and which addresses were taken and given up', async () => {
    const preview = new CustomerPreview();
    expect(await foretell(preview, withEmail('bob', 'y@example.com'))).toEqual(['created']);
    expect(await foretell(preview, withEmail('ada', 'z@example.com'))).toEqual(['updated']);
    expect(await foretell(preview, withEmail('carl', 'Y@example.com'))).toEqual(['refused']);
    expect(await foretell(preview, withEmail('bob', 'x@example.com'))).toEqual(['updated']);
    expect(await foretell(preview, withEmail('ada', 'x@example.com'))).toEqual(['refused']);
    expect(await foretell(preview, withEmail('carl', 'y@example.com'))).toEqual(['created']);
  });

  it('lets a customer keep its address', async () => {
    const preview = new CustomerPreview();
    await foretell(preview, withEmail('bob', 'y@example.com'));
    expect(await foretell(preview, withEmail('bob', 'Y@example.com'))).toEqual(['updated']);
    const rename = (name: string): CustomerPut => ({
      ...withEmail(name, ''),
      decide: (customer) => ({ ...(customer ?? aCustomer(name)), name: 'other' }),
    });
    expect(await foretell(preview, rename('bob'), rename('ada'))).toEqual(['updated', 'updated']);
  });

  it('is full when another customer would have to be remembered, and remembers no more than it holds', async () => {
    const preview = new CustomerPreview(1);
    await foretell(preview, withEmail('bob', 'y@example.com'));
    await foretell(preview, withEmail('bob', 'z@example.com'), withEmail('ada', 'X@example.com'));
    expect(preview.isFull).toBe(false);
    await foretell(preview, withEmail('carl', 'v@example.com'));
    expect(preview.isFull).toBe(true);
    expect(await foretell(preview, withEmail('carl', 'v@example.com'))).toEqual(['created']);
    expect(await foretell(preview, withEmail('bob', 'y@example.com'))).toEqual(['updated']);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { ImportSummary } from '../../src/cli/import/import-summary.ts';
import { line } from '../support/history.ts';
import { useFileImport, type Outcome } from '../support/file-import.ts';
import { inDrill } from '../support/drill.ts';

/** Numbers that look random, the same at each run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const countsOf = ({ status, customers, events }: Outcome) => ({
  status,
  customers: customers && countsOfFile(customers),
  events: events && countsOfFile(events),
});
const countsOfFile = ({ created, updated, unchanged, replayed, rejected, errors }: ImportSummary) => ({
  ...{ created, updated, unchanged, replayed },
  count: rejected,
  rejected: errors.map(({ line: number, code }) => [number, code]),
});

describe('a dry run foretells the import that follows', () => {
  const files = useFileImport();

  /** Runs it twice, dry and real, and gives what both came to. */
  const foretold = async (path: string, ...args: string[]): Promise<ReturnType<typeof countsOf>> => {
    const stored = async (): Promise<unknown> =>
      files.service.database.query(
        'SELECT (SELECT count(*) FROM customer_events) AS events, (SELECT count(*) FROM customers) AS customers',
      );
    const before = await stored();
    const dry = countsOf(await files.run(path, '--dry-run', ...args));
    expect(await stored()).toEqual(before);
    expect(countsOf(await files.run(path, ...args))).toEqual(dry);
    return dry;
  };

  it('where addresses are taken in the database, in any case, and twice in the file', async () => {
    const csv = [
      'externalId,email,name',
      'dry_1,USER_42@example.com,Taken in the database',
      'dry_2,dry@example.com,First',
      'dry_3,Dry@Example.com,Taken in the file',
      'dry_2,other@example.com,Gives it up',
      'dry_4,DRY@example.com,May have it now',
    ];
    const path = files.write('addresses.csv', csv.join('\n'));
    expect(await foretold(path, '--customers-only')).toMatchObject({
      status: 2,
      customers: {
        created: 2,
        updated: 1,
        rejected: [
          [2, 'CUSTOMER_EMAIL_EXISTS'],
          [4, 'CUSTOMER_EMAIL_EXISTS'],
        ],
      },
    });
  });

  it.each(['insert', 'upsert'])(
    'where a customer stands on several rows, and exists already, with %s',
    async (mode) => {
      const rows = [
        `user_42,,Another name`,
        `${mode}_1,${mode}_1@example.com,One`,
        `${mode}_1,,One again`,
        `${mode}_2,,`,
      ];
      const path = files.write(`${mode}.csv`, `externalId,email,name\n${rows.join('\n')}\n`);
      const { customers } = await foretold(path, '--customers-only', '--customers', mode);
      expect(customers).toMatchObject(
        mode === 'insert' ? { created: 1, updated: 0, unchanged: 2 } : { created: 1, updated: 2, unchanged: 0 },
      );
      const name = mode === 'insert' ? 'Ada' : 'Another name';
      expect((await files.service.get('/customers/user_42').expect(200)).text).toContain(`"name":"${name}"`);
    },
  );

  it('where events are for customers that would be created, or would not', async () => {
    const customers = files.write(
      'new.csv',
      'externalId,email,name\nnew_1,new_1@example.com,One\nnew_2,no address,Two\nnew_3,NEW_1@example.com,Three\n',
    );
    const lines = ['new_1', 'new_2', 'new_3', 'new_1', 'user_42'].map((customerExternalId, n) =>
      line({ customerExternalId, eventId: `new-${n % 3}` }),
    );
    const path = files.write('new.ndjson', lines.join('\n'));
    expect(await foretold(path, '--create-customers', customers)).toMatchObject({
      status: 2,
      customers: { created: 1 },
      events: {
        created: 2,
        replayed: 1,
        rejected: [
          [2, 'CUSTOMER_NOT_FOUND'],
          [3, 'CUSTOMER_NOT_FOUND'],
        ],
      },
    });
  });

  it('where eventIds repeat far apart, with equal or other content', async () => {
    const far = Array.from({ length: 2_500 }, (_, n) => line({ eventId: `far-${n}` }));
    const lines = [
      line({ eventId: 'twice', payload: { a: 1, b: 2 } }),
      line({ eventId: 'changes', type: 'a' }),
      JSON.stringify({ customerExternalId: 'user_42', type: 'a', eventId: 'now' }),
      ...far,
      line({ eventId: 'twice', payload: { b: 2, a: 1 } }),
      line({ eventId: 'changes', type: 'b' }),
      line({ eventId: 'twice', payload: { a: 1, b: 2 }, occurredAt: undefined }),
      line({ eventId: 'twice', payload: { a: 1, b: 2 }, occurredAt: '2020-01-01' }),
      JSON.stringify({ customerExternalId: 'user_42', type: 'a', eventId: 'now' }),
    ];
    const path = files.write('far.ndjson', lines.join('\n'));
    expect(await foretold(path)).toMatchObject({
      events: {
        created: 2_503,
        replayed: 3,
        rejected: [
          [2_505, 'EVENT_ID_CONFLICT'],
          [2_507, 'EVENT_ID_CONFLICT'],
        ],
      },
    });
    expect(await foretold(path)).toMatchObject({ events: { created: 0, replayed: 2_506 } });
  });

  it('where an eventId was erased, and its customer would be created anew', async () => {
    await files.service.patch('/customers/gone', { email: 'gone@example.com', name: 'Gone' }).expect(201);
    await files.service.post('/customer-events', line({ customerExternalId: 'gone', eventId: 'gone-1' })).expect(201);
    await files.service.delete('/customers/gone').expect(200);
    const customers = files.write('gone.csv', 'externalId,email,name\ngone,gone@example.com,Back\n');
    const lines = ['gone-1', 'gone-2', 'gone-1'].map((eventId) => line({ customerExternalId: 'gone', eventId }));
    expect(await foretold(files.write('gone.ndjson', lines.join('\n')), '--create-customers', customers)).toMatchObject(
      {
        events: {
          created: 1,
          rejected: [
            [1, 'EVENT_ERASED'],
            [3, 'EVENT_ERASED'],
          ],
        },
      },
    );
  });

  it('of files made at random', async () => {
    for (let seed = 1; seed <= inDrill(12, 4); seed++) {
      const below = random(seed);
      const id = (): string => `random_${below(6)}`;
      const customer = (): string =>
        [id(), ['', `r${below(5)}@example.com`, `R${below(5)}@Example.com`][below(3)], ['', 'Name'][below(2)]].join(
          ',',
        );
      const event = (n: number): string =>
        JSON.stringify({
          customerExternalId: id(),
          type: ['a', 'b', 'NO'][below(10) === 0 ? 2 : below(2)],
          payload: { n: below(2) },
          ...(below(3) === 0 ? {} : { occurredAt: `2024-01-0${1 + below(2)}` }),
          ...(below(4) === 0 ? {} : { eventId: `random-${seed % 3}-${below(40)}` }),
          ...(n % 97 === 0 ? { unknown: 1 } : {}),
        });
      const rows = Array.from({ length: 12 }, customer).join('\n');
      const customers = files.write(`random.csv`, `externalId,email,name\n${rows}\n`);
      const path = files.write('random.ndjson', Array.from({ length: 2_200 }, (_, n) => event(n)).join('\n'));
      await foretold(
        path,
        '--create-customers',
        customers,
        '--customers',
        below(2) === 0 ? 'insert' : 'upsert',
        '--again',
      );
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { until } from '../support/child.ts';
import { unfenced } from '../support/test-database.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';

interface Found {
  readonly externalId: string;
}

/** Of a query string. */
type Parameters = Record<string, string | number | undefined>;

interface Page {
  readonly customers: readonly Found[];
  readonly nextCursor: string | null;
}

describe('customers that are found or listed', () => {
  let service: TestService;
  /** A list goes to all shards of a distributed database. */
  let wide: Awaited<ReturnType<typeof startServiceOn>>;
  const logged: string[] = [];

  const query = (parameters: Parameters) =>
    new URLSearchParams(
      Object.entries(parameters).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, String(value)]],
      ),
    ).toString();
  const create = (externalId: string, email: string, key = service.key, more: object = {}) =>
    withKey(service, key)
      .patch(`/customers/${externalId}`, { email, name: 'x', ...more })
      .expect(201);
  const ofEmail = async (email: string, key = service.key): Promise<string[]> => {
    const { body } = await withKey(service, key)
      .get(`/customers?${query({ email })}`)
      .expect(200);
    expect(Object.keys(body.data)).toEqual(['customers']);
    return (body.data as Page).customers.map(({ externalId }) => externalId);
  };
  const list = (key: string, parameters: Parameters = {}) => withKey(wide, key).get(`/customers?${query(parameters)}`);
  const page = async (key: string, parameters: Parameters = {}): Promise<Page> =>
    (await list(key, parameters).expect(200)).body.data as Page;
  const idsOf = ({ customers }: Page): string[] => customers.map(({ externalId }) => externalId);
  const walk = async (key: string, parameters: Parameters, between = async () => {}) => {
    const ids: string[] = [];
    for (let cursor: string | null = null; ;) {
      const part: Page = await page(key, { ...parameters, ...(cursor === null ? {} : { cursor }) });
      ids.push(...idsOf(part));
      if (part.nextCursor === null) return ids;
      cursor = part.nextCursor;
      await between();
    }
  };
  /** The key of an app of its own. */
  const newApp = async (slug: string): Promise<string> => {
    await service.app.get(KeyAdministration).createApp(slug, slug);
    return (await service.createKey({ app: slug })).secret;
  };

  beforeAll(async () => {
    service = await startTestService({ LOG_LEVEL: 'debug' }, { write: (line) => void logged.push(line) });
    wide = await startServiceOn({ ...service.database, url: unfenced(service.database.url) });
  });
  afterAll(async () => {
    await wide.close();
    await service.close();
  });

  describe('by e-mail address', () => {
    it('are found exactly, in any case of the letters, as GET /customers/:externalId gives them', async () => {
      await create('ada', 'Ada+1@Example.com');
      await create('zoe', 'ZOÉ@example.com');
      for (const email of ['Ada+1@Example.com', 'ada+1@example.com', 'ADA+1@EXAMPLE.COM']) {
        expect(await ofEmail(email)).toEqual(['ada']);
      }
      expect(await ofEmail('zoé@example.com')).toEqual(['zoe']);
      for (const email of ['ada@example.com', 'ada+1@example.co', 'ada+1@example.com.au', 'nobody@example.com']) {
        expect(await ofEmail(email)).toEqual([]);
      }
      const found = await service.get(`/customers?${query({ email: 'ada+1@example.com' })}`);
      expect(found.body.data.customers).toEqual([(await service.get('/customers/ada')).body.data]);
    });

    it('are found by a + that was not percent-encoded', async () => {
      const { body } = await service.get('/customers?email=ada+1@example.com').expect(200);
      expect(body.data.customers).toHaveLength(1);
    });

    it('are not found by an address that was given up, or after an erasure', async () => {
      await create('moved', 'old@example.com');
      await service.patch('/customers/moved', { email: 'new@example.com' }).expect(200);
      expect(await ofEmail('old@example.com')).toEqual([]);
      expect(await ofEmail('new@example.com')).toEqual(['moved']);
      await service.delete('/customers/moved').expect(200);
      expect(await ofEmail('new@example.com')).toEqual([]);
    });

    it('are those of the app of the key only', async () => {
      await create('ours', 'shared@example.com');
      expect(await ofEmail('shared@example.com', service.otherKey)).toEqual([]);
      await create('theirs', 'shared@example.com', service.otherKey);
      expect(await ofEmail('shared@example.com', service.otherKey)).toEqual(['theirs']);
      expect(await ofEmail('shared@example.com')).toEqual(['ours']);
    });

    it.each([
      '',
      'nobody',
      'a@b',
      'a@@example.com',
      'a\0@example.com',
      `${'a'.repeat(250)}@example.com`,
      '\ud800@x.com',
    ])('are refused where it is none: %j', async (email) =>
      expectInvalid(await service.get(`/customers?${query({ email })}`), 'email'),
    );

    it('are refused where it is given twice, or beside what lists', async () => {
      expectInvalid(await service.get('/customers?email=a@example.com&email=b@example.com'), 'email');
      for (const more of [{ limit: 1 }, { cursor: 'x' }, { externalIdPrefix: 'a' }]) {
        expectInvalid(await service.get(`/customers?${query({ email: 'a@example.com', ...more })}`), 'email');
      }
    });

    it('leave the address in no line of the log and no entry of the audit', async () => {
      expect(await ofEmail('logged.secret@example.com')).toEqual([]);
      expectInvalid(await service.get('/customers?email=logged.secret@'), 'email');
      await until(() => logged.some((line) => line.includes('"route":"/api/v1/customers","status":400')));
      expect(logged.join('')).not.toMatch(/logged.secret|example\.com/i);
      const [all] = await service.database.query<{ text: string | null }>(
        `SELECT string_agg(u::text, ' ') AS text FROM audit_entries AS u`,
      );
      // As a word: the digits of ids may be these letters too.
      expect(all?.text).not.toMatch(/@|\bada\b/i);
    });
  });

  describe('page by page', () => {
    it('come the newest first, each once, and only those of the app', async () => {
      const key = await newApp('walked');
      const ids = Array.from({ length: 7 }, (_, n) => `c${n}`);
      for (const id of ids) await create(id, `${id}@example.com`, key);
      for (const limit of [1, 3, 7, 200]) expect(await walk(key, { limit })).toEqual([...ids].reverse());
      const whole = await page(key);
      expect(idsOf(whole)).toEqual([...ids].reverse());
      expect(whole.nextCursor).toBeNull();
      expect(whole.customers[0]).toEqual((await withKey(wide, key).get('/customers/c6')).body.data);
      expect(await page(await newApp('empty'))).toEqual({ customers: [], nextCursor: null });
    });

    it('come in the order of their external ids where a prefix of these is given', async () => {
      const key = await newApp('prefixed');
      const ids = ['user 1', 'user 10', 'user 2', 'user%', 'User 1', 'us', 'user \u{1F600}', 'user \uFFFD'];
      for (const [n, id] of ids.entries()) await create(encodeURIComponent(id), `${n}@example.com`, key);
      const expected = ['user 1', 'user 10', 'user 2', 'user \uFFFD', 'user \u{1F600}'];
      for (const limit of [1, 2, 5]) expect(await walk(key, { externalIdPrefix: 'user ', limit })).toEqual(expected);
      expect(await walk(key, { externalIdPrefix: 'user%' })).toEqual(['user%']);
      expect(await walk(key, { externalIdPrefix: 'x'.repeat(255) })).toEqual([]);
    });

    it.each([1, 2, 3])(
      'lose and repeat none of those that stay, whatever is created or erased (seed %i)',
      async (seed) => {
        const key = await newApp(`changing-${seed}`);
        let state = seed;
        const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
        for (let n = 0; n < 24; n++) await create(`stays-${n}`, `s${n}@example.com`, key);
        const alive: string[] = [];
        let created = 0;
        const change = async (): Promise<void> => {
          for (let step = random(4); step > 0; step--) {
            if (alive.length > 0 && random(2) === 0) {
              const [id] = alive.splice(random(alive.length), 1);
              await withKey(service, key)
                .delete(`/customers/${id as string}`)
                .expect(200);
            } else {
              const id = `${random(2) === 0 ? 'stays' : 'a'}-x${created++}`;
              await create(id, `${id}@example.com`, key);
              alive.push(id);
            }
          }
        };
        for (let n = 0; n < 6; n++) await change();
        for (const parameters of [{ limit: 1 + random(5) }, { limit: 1 + random(5), externalIdPrefix: 'stays-' }]) {
          const seen = await walk(key, parameters, change);
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen.filter((id) => /^stays-\d/.test(id))).toHaveLength(24);
        }
      },
    );

    it('end a page after 2 MiB', async () => {
      const key = await newApp('large');
      const metadata = { text: 'x'.repeat(60_000) };
      const ids = Array.from({ length: 40 }, (_, n) => `c${String(n).padStart(2, '0')}`);
      for (const id of ids) await create(id, `${id}@example.com`, key, { metadata });
      for (const parameters of [{ limit: 200 }, { limit: 200, externalIdPrefix: 'c' }]) {
        const { text } = await list(key, parameters).expect(200);
        expect(text.length).toBeLessThan(2_097_152);
        expect(text.length).toBeGreaterThan(1_900_000);
        expect((await walk(key, parameters)).sort()).toEqual(ids);
      }
    });

    it('refuse a cursor of another list, prefix or app, and one that was changed', async () => {
      const [key, otherKey] = [await newApp('cursors'), await newApp('other-cursors')];
      for (const one of [key, otherKey]) for (const id of ['a1', 'a2']) await create(id, `${id}@example.com`, one);
      const newest = (await page(key, { limit: 1 })).nextCursor as string;
      const prefixed = (await page(key, { limit: 1, externalIdPrefix: 'a' })).nextCursor as string;
      expect(idsOf(await page(key, { cursor: newest }))).toEqual(['a1']);
      expect(idsOf(await page(key, { cursor: prefixed, externalIdPrefix: 'a', limit: 9 }))).toEqual(['a2']);
      for (const [ofKey, parameters] of [
        [otherKey, { cursor: newest }],
        [otherKey, { cursor: prefixed, externalIdPrefix: 'a' }],
        [key, { cursor: newest, externalIdPrefix: 'a' }],
        [key, { cursor: prefixed }],
        [key, { cursor: prefixed, externalIdPrefix: 'a1' }],
        [key, { cursor: '' }],
        [key, { cursor: 'next' }],
        [key, { cursor: newest.slice(0, -1) }],
        [key, { cursor: `${newest}A` }],
      ] as const) {
        expectInvalid(await list(ofKey, parameters), 'cursor');
      }
      expectInvalid(await withKey(wide, key).get(`/customers?cursor=${newest}&cursor=${newest}`), 'cursor');
    });

    it.each([
      ['limit', 'limit=0'],
      ['limit', 'limit=201'],
      ['limit', 'limit=1.5'],
      ['limit', 'limit=abc'],
      ['limit', 'limit=-1'],
      ['limit', 'limit='],
      ['limit', 'limit=1&limit=2'],
      ['externalIdPrefix', 'externalIdPrefix='],
      ['externalIdPrefix', 'externalIdPrefix=a&externalIdPrefix=b'],
      ['externalIdPrefix', 'externalIdPrefix=a%00'],
      ['externalIdPrefix', 'externalIdPrefix=%0Aa'],
      ['externalIdPrefix', `externalIdPrefix=${'x'.repeat(256)}`],
      ['externalIdprefix', 'externalIdprefix=a'],
      ['mail', 'mail=a@example.com'],
    ])('name %s, which is wrong in ?%s', async (field, parameters) =>
      expectInvalid(await service.get(`/customers?${parameters}`), field),
    );

    it('say what was meant by a parameter with a typo', async () => {
      const { body } = await service.get('/customers?externalIdprefix=a').expect(400);
      expect(body.details.externalIdprefix).toEqual(['is not a known field; did you mean externalIdPrefix?']);
    });
  });

  it('is no list where a path has an empty external id', async () => {
    for (const path of ['/customers/', '/customers/?limit=1']) expectFailure(await service.get(path), 404, 'NOT_FOUND');
    expectSuccess(await service.get('/customers/?email=user_42@example.com'), 200);
  });
});

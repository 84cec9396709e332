import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { oneLine } from '../../libs/ndjson/one-line.ts';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { EXACT_OBJECTS } from '../e2e/helpers/exact-json.ts';
import { VALUES } from '../e2e/helpers/json-syntax.ts';
import { webhookPayloads } from '../e2e/helpers/webhook-payloads.ts';
import { auditEntriesOf } from '../support/audit-entries.ts';
import { runCommand, type Outcome } from '../support/command-line.ts';
import { createTestDatabase, unfenced, type TestDatabase } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

/** What a careless reader or writer of CSV would change. */
const EXTERNAL_IDS = ['007', 'a,b', '"quoted"', "'5", '=1+1', ' blanks ', '-', 'id;x', '𝄞', 'null', '1e5', 'x\u2028y'];
const NAMES = ['  ', ' Ada ', '"Ada", Countess', "'0123", '=SUM(A1)', '\ufeffAda', 'Zoë 😀', '007', 'true', '\u2028'];

interface StoredCustomer {
  readonly external_id: string;
  readonly metadata: string;
  readonly [field: string]: unknown;
}

describe('apps export', () => {
  let service: TestService;
  let copy: TestDatabase;
  let folder: string;

  const cli = (database: TestDatabase, ...args: string[]): Promise<Outcome> =>
    runCommand({ DATABASE_URL: unfenced(database.url) }, ...args);
  const exported = (...args: string[]): Promise<Outcome> => cli(service.database, 'apps', 'export', '--slug', ...args);
  const path = (name: string): string => join(folder, name);

  const customersIn = async (database: TestDatabase, slug: string): Promise<StoredCustomer[]> => {
    const rows = await database.query<StoredCustomer>(
      `SELECT c.external_id, c.email, c.name, c.phone, c.avatar_url, c.metadata::text AS metadata
       FROM customers AS c JOIN apps AS a ON a.id = c.app_id WHERE a.slug = $1 ORDER BY c.external_id`,
      [slug],
    );
    return rows.map((row) => ({ ...row, metadata: oneLine(row.metadata) }));
  };
  const eventsIn = async (database: TestDatabase, slug: string): Promise<string[]> => {
    const rows = await database.query<{ line: string }>(
      `SELECT concat_ws(' ', c.external_id, t.occurred_at, t.type, t.event_id, t.payload::text) AS line
       FROM customer_events AS t JOIN customers AS c ON c.id = t.customer_id JOIN apps AS a ON a.id = c.app_id
       WHERE a.slug = $1 ORDER BY c.external_id, t.occurred_at, t.type`,
      [slug],
    );
    return rows.map(({ line }) => oneLine(line));
  };
  const put = (externalId: string, fields: object) =>
    service.patch(`/customers/${encodeURIComponent(externalId)}`, fields).expect(201);
  const putExact = (externalId: string, email: string, metadata: string) =>
    service
      .patch(`/customers/${encodeURIComponent(externalId)}`, `{"email":"${email}","name":"x","metadata":${metadata}}`)
      .expect(201);

  beforeAll(async () => {
    service = await startTestService();
    copy = await createTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'app-export-'));
    const payloads = [
      ...EXACT_OBJECTS.map(([, text]) => text),
      ...VALUES.map(([text]) => `{"v":${text}}`),
      ...webhookPayloads().map(([, text]) => text),
    ];
    const lines = payloads.map(
      (payload, n) =>
        `{"customerExternalId":"user_42","type":"t${String(n).padStart(4, '0')}","payload":${payload.replaceAll(/[\r\n]/g, ' ')},` +
        `"occurredAt":"0001-01-01T00:00:00.00000${n % 10}Z"${n % 2 === 0 ? '' : `,"eventId":"e:${n}"`}}`,
    );
    const ndjson = { 'Content-Type': 'application/x-ndjson' };
    const { body } = await service.post('/customer-events/import', `${lines.join('\n')}\n`, ndjson).expect(200);
    expect(body.data).toMatchObject({ created: payloads.length, rejected: 0 });
    for (const [n, externalId] of EXTERNAL_IDS.entries()) {
      await put(externalId, { email: `e${n}@example.com`, name: 'x', phone: n % 2 === 0 ? '+44, "1"' : null });
      await service.post('/customer-events', {
        customerExternalId: externalId,
        type: 'last',
        occurredAt: '9999-12-31',
      });
    }
    for (const [n, name] of NAMES.entries()) {
      await put(`n${n}`, { email: `n${n}@example.com`, name, avatarUrl: 'https://example.com/?a="b",c' });
    }
    for (const [n, [, metadata]] of EXACT_OBJECTS.entries()) await putExact(`m${n}`, `m${n}@example.com`, metadata);
    await cli(copy, 'apps', 'create', '--slug', 'copy', '--name', 'Copy');
  }, 120_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await copy.drop();
    await service.close();
  });
  let output: string;
  let runs = 0;
  beforeEach(() => {
    output = path(`run-${++runs}`);
  });

  it('gives files that another installation imports: the same customers and timelines, value for value', async () => {
    const outcome = await exported('acme', '--output', output, '--json');
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const { files, customers, events } = JSON.parse(outcome.stdout) as {
      files: { customers: string; events: string };
      customers: number;
      events: number;
    };
    const imported = await cli(
      copy,
      ...['import', files.events, '--app', 'copy', '--create-customers', files.customers, '--json'],
      ...['--rejected', path('rejected'), '--rejected-customers', path('rejected-customers')],
    );
    expect(JSON.parse(imported.stdout)).toMatchObject({
      customers: { created: customers, rejected: 0, errors: [] },
      events: { created: events, rejected: 0, errors: [] },
    });
    const before = await customersIn(service.database, 'acme');
    expect(before).toHaveLength(customers);
    expect(await customersIn(copy, 'copy')).toEqual(before);
    const timelines = await eventsIn(service.database, 'acme');
    expect(timelines).toHaveLength(events);
    expect(timelines.length).toBeGreaterThan(100);
    expect(await eventsIn(copy, 'copy')).toEqual(timelines);
  });

  it('contains nothing of another app, tells on stdout what it has written, and is recorded', async () => {
    const { stdout, stderr, code } = await exported('other', '--output', output);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      `0 customers, 0 events\nimport ${output}/events.ndjson --app <slug> --create-customers ${output}/customers.csv\n`,
    );
    expect(readFileSync(join(output, 'customers.csv'), 'utf8')).toBe(
      'externalId,email,name,phone,avatarUrl,metadata\n',
    );
    expect(readFileSync(join(output, 'events.ndjson'), 'utf8')).toBe('');
    const { id } = await service.app.get(KeyAdministration).appOf('other');
    expect((await auditEntriesOf(service.database, id)).at(-1)).toMatchObject({ action: 'app.exported' });
  });

  it('writes files that their owner alone can read, and none that looks complete before it is', async () => {
    await exported('other', '--output', output);
    expect(statSync(output).mode & 0o777).toBe(0o700);
    for (const name of ['customers.csv', 'events.ndjson']) {
      expect(statSync(join(output, name)).mode & 0o777).toBe(0o600);
      expect(existsSync(join(output, `${name}.part`))).toBe(false);
    }
  });

  it('begins anew what an export that broke off has left', async () => {
    mkdirSync(output);
    writeFileSync(
      join(output, 'customers.csv.part'),
      'externalId,email,name,phone,avatarUrl,metadata\n"x","x@y.z","x",,,"{}"\n',
    );
    writeFileSync(join(output, 'events.ndjson.part'), '{"customerExternalId":"x","type":"cut of');
    expect(await exported('other', '--output', output)).toMatchObject({ code: 0 });
    expect(readFileSync(join(output, 'customers.csv'), 'utf8').split('\n')).toHaveLength(2);
    expect(readFileSync(join(output, 'events.ndjson'), 'utf8')).toBe('');
  });

  describe('refuses, and changes nothing,', () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { id } = await service.app.get(KeyAdministration).appOf('acme');
      const entries = await auditEntriesOf(service.database, id);
      const outcome = await exported(...args);
      expect(outcome).toMatchObject({ code: 1, stdout: '' });
      expect(await auditEntriesOf(service.database, id)).toEqual(entries);
      return outcome.stderr;
    };

    it('to overwrite a file', async () => {
      mkdirSync(output);
      writeFileSync(join(output, 'events.ndjson'), 'mine');
      expect(await refused('acme', '--output', output)).toBe(
        `The export cannot be written to ${output}/events.ndjson: it is there already; name another folder with --output\n`,
      );
      expect(readFileSync(join(output, 'events.ndjson'), 'utf8')).toBe('mine');
    });

    it('to follow a symbolic link', async () => {
      mkdirSync(output);
      const target = path('target');
      writeFileSync(target, '');
      symlinkSync(target, join(output, 'customers.csv.part'));
      expect(await refused('acme', '--output', output)).toMatch(/customers.csv.part \(it is a symbolic link\)/);
      expect(readFileSync(target, 'utf8')).toBe('');
    });

    it('a file of somebody else under the name of an unfinished export', async () => {
      mkdirSync(output);
      writeFileSync(join(output, 'events.ndjson.part'), 'mine');
      expect(await refused('acme', '--output', output)).toMatch(
        /events.ndjson.part \(a file of other content is there/,
      );
      expect(readFileSync(join(output, 'events.ndjson.part'), 'utf8')).toBe('mine');
    });

    it('a folder that is a file', async () => {
      writeFileSync(output, '');
      expect(await refused('acme', '--output', output)).toMatch(/^The export cannot be written to .*EEXIST|ENOTDIR/);
      chmodSync(output, 0o600);
    });

    it('an app that is none, and no folder', async () => {
      expect(await refused('nobody', '--output', output)).toBe('There is no app "nobody"\n');
      expect(existsSync(output)).toBe(false);
      expect(await refused('acme')).toMatch(/--output/);
    });
  });
});

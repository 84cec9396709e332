import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Workplace } from '../support/service-process.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

/** Each command is a process of its own. */
jest.setTimeout(120_000);

const PAYLOAD = '{"total": 1.10,\r\n\t"big":12345678901234567890,"text":"a\u2028\u202eb"}';
/** Without white space, as the service keeps it, and a line to all readers. */
const ON_DISK = '{"total":1.10,"big":12345678901234567890,"text":"a\\u2028\u202eb"}';

describe('the commands that look things up', () => {
  let workplace: Workplace;
  let service: TestService;
  /** Ids of events, by their `eventId`. */
  const ids = new Map<string, string>();

  const path = (name: string): string => join(workplace.folder, name);
  const cli = (...args: string[]) => workplace.command(args, { DATABASE_URL: service.database.url });
  const done = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cli(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const refused = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cli(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    return stderr.split('\n')[0] as string;
  };
  const put = (externalId: string, fields: object) => service.patch(`/customers/${externalId}`, fields).expect(201);

  beforeAll(async () => {
    workplace = new Workplace();
    service = await startTestService();
    await put('vip_1', { email: 'Ada@Example.com', name: 'Ada \u202eecalevoL', metadata: { plan: 'pro' } });
    await put('vip_2', { email: 'bob@example.com', name: 'Bob' });
    for (const eventId of ['order-1', 'order-2']) {
      const body = `{"customerExternalId":"vip_1","type":"order.placed","eventId":"${eventId}","payload":${PAYLOAD}}`;
      const { body: created } = await service.post('/customer-events', body).expect(201);
      ids.set(eventId, (created as { data: { id: string } }).data.id);
    }
  });
  afterAll(async () => {
    await workplace.close();
    await service.close();
  });

  it('list customers, the newest first, or those whose external id begins with a text', async () => {
    const [newest, all, few, none] = await Promise.all([
      done('customers', 'list', '--app', 'acme', '--limit', '1'),
      done('customers', 'list', '--app', 'acme', '--json'),
      done('customers', 'list', '--app', 'acme', '--prefix', 'vip_'),
      done('customers', 'list', '--app', 'acme', '--prefix', 'nobody'),
    ]);
    expect(newest).toMatch(/^vip_2 {2}bob@example\.com {2}Bob {2}2\d{3}-\S+Z\n$/);
    const listed = JSON.parse(all) as { externalId: string }[];
    expect(listed.slice(0, 2).map(({ externalId }) => externalId)).toEqual(['vip_2', 'vip_1']);
    expect(listed[1]).toMatchObject({ email: 'Ada@Example.com', name: 'Ada \u202eecalevoL', phone: null });
    expect(few.split('\n').map((line) => line.split('  ')[0])).toEqual(['vip_1', 'vip_2', '']);
    expect(none).toBe('');
  });

  it('show control characters in names escaped, as text and as JSON', async () => {
    for (const options of [[], ['--json']]) {
      const text = await done('customers', 'find', 'vip_1', '--app', 'acme', ...options);
      expect(text).toContain('Ada \\u202eecalevoL');
      expect(text).not.toContain('\u202e');
    }
    expect(await refused('customers', 'find', 'a\x1b[2J', '--app', 'acme')).toBe(
      'There is no customer "a\\u001b[2J" in the app "acme"',
    );
    expect(await refused('apps', 'list', '--\x1b[2J')).toBe("error: unknown option '--\\u001b[2J'");
  });

  it('find a customer by its external id or by its address in any case', async () => {
    const [byId, byEmail] = await Promise.all([
      done('customers', 'find', 'vip_1', '--app', 'acme', '--json'),
      done('customers', 'find', '--email', 'ADA@example.COM', '--app', 'acme', '--json'),
    ]);
    expect(byEmail).toBe(byId);
    expect(JSON.parse(byId)).toMatchObject({
      externalId: 'vip_1',
      email: 'Ada@Example.com',
      metadata: { plan: 'pro' },
    });
  });

  it('find an event by its id or its eventId, on a timeline or among all customers', async () => {
    const id = ids.get('order-1') as string;
    const finds = await Promise.all(
      [
        [id, '--customer', 'vip_1'],
        [id],
        ['--event-id', 'order-1', '--customer', 'vip_1'],
        ['--event-id', 'order-1'],
      ].map((args) => done('events', 'find', '--app', 'acme', '--json', ...args)),
    );
    expect(new Set(finds).size).toBe(1);
    const [event] = JSON.parse(finds[0] as string) as object[];
    expect(event).toMatchObject({ id, customerExternalId: 'vip_1', type: 'order.placed', eventId: 'order-1' });
    expect(finds[0]).toContain('12345678901234567890');
    expect(await done('events', 'find', id, '--app', 'acme')).toContain('\npayload     {"total":1.10,');
  });

  it('are refused in a line that says what to do', async () => {
    const refusals: [string[], RegExp][] = [
      [['customers', 'list', '--app', 'nobody'], /^There is no app "nobody"$/],
      [['customers', 'list', '--app', 'acme', '--limit', '0'], /--limit .* expected a whole number from 1 to 10000/],
      [['customers', 'list', '--app', 'acme', '--prefix', ''], /^--prefix needs a text; leave it out/],
      [['customers', 'find', '--app', 'acme'], /^Give either an external id or --email with an address$/],
      [['customers', 'find', 'a', '--email', 'b', '--app', 'acme'], /^Give either an external id or --email/],
      [['customers', 'find', '--email', 'no@example.com', '--app', 'acme'], /^There is no customer with the address/],
      [['customers', 'export', 'nobody', '--app', 'acme'], /^There is no customer "nobody" in the app "acme"$/],
      [['events', 'find', '--app', 'acme'], /^Give either the id of the event or --event-id/],
      [['events', 'find', 'order-1', '--app', 'acme'], /^"order-1" is no id .* goes to --event-id$/],
      [['events', 'find', '--event-id', 'a b', '--app', 'acme'], /^--event-id has 1 to 255 letters/],
      [
        ['events', 'find', '--event-id', 'none', '--app', 'acme'],
        /^The app "acme" has no event with the eventId "none"$/,
      ],
      [
        ['events', 'find', '--event-id', 'none', '--app', 'acme', '--customer', 'vip_2'],
        /^The customer "vip_2" .* has no/,
      ],
    ];
    const texts = await Promise.all(refusals.map(([args]) => refused(...args)));
    for (const [index, [, message]] of refusals.entries()) expect(texts[index]).toMatch(message);
  });

  it('tell how much each app has', async () => {
    await done('apps', 'create', '--slug', 'empty', '--name', 'Empty');
    const sizes = JSON.parse(await done('apps', 'sizes', '--json')) as { slug: string }[];
    expect(sizes).toContainEqual(expect.objectContaining({ slug: 'acme', events: 2, counted: true }));
    expect(sizes).toContainEqual(expect.objectContaining({ slug: 'empty', customers: 0, events: 0, bytes: 0 }));
    expect(await done('apps', 'sizes')).toMatch(/^acme {2}\d+ customers {2}2 events {2}about \d+\.\d MiB$/m);
  });

  describe('customers export', () => {
    it('writes all of a person into a file for this account alone, records it, and can be imported again', async () => {
      expect(await done('customers', 'export', 'vip_1', '--app', 'acme', '--output', 'ada.ndjson')).toBe('');
      expect(statSync(path('ada.ndjson')).mode & 0o777).toBe(0o600);
      const lines = readFileSync(path('ada.ndjson'), 'utf8').split('\n');
      expect(lines).toHaveLength(4);
      expect(JSON.parse(lines[0] as string)).toMatchObject({
        customer: { externalId: 'vip_1', metadata: { plan: 'pro' } },
      });
      expect(lines[1]).toContain(`"payload":${ON_DISK},`);
      const entries = await service.database.query(
        "SELECT actor FROM audit_entries WHERE action = 'customer.exported'",
      );
      expect(entries).toEqual([{ actor: 'operator' }]);

      await done('apps', 'create', '--slug', 'elsewhere', '--name', 'Elsewhere');
      writeFileSync(path('events.ndjson'), lines.slice(1).join('\n'));
      writeFileSync(path('customers.csv'), 'externalId,email,name\nvip_1,ada@example.com,Ada\n');
      const summary = await done(
        ...['import', 'events.ndjson', '--app', 'elsewhere', '--create-customers', 'customers.csv', '--json'],
        ...['--ignore', 'id', '--ignore', 'createdAt'],
      );
      expect(JSON.parse(summary)).toMatchObject({ events: { created: 2, rejected: 0 } });
      const again = await done('customers', 'export', 'vip_1', '--app', 'elsewhere');
      expect(again.split('\n')[1]).toContain(`"payload":${ON_DISK},`);
    });

    it('overwrites nothing, follows no link, and leaves no file where there is no such person', async () => {
      writeFileSync(path('there'), 'precious');
      symlinkSync(path('there'), path('link'));
      symlinkSync(path('nowhere'), path('dangling'));
      const exported = (file: string, id = 'vip_1') =>
        refused('customers', 'export', id, '--app', 'acme', '--output', file);
      for (const name of ['there', 'link', 'dangling'])
        expect(await exported(name)).toBe(`${name} is there already: remove it, or name another file with --output`);
      expect(await exported('no/folder')).toBe(
        'no/folder.unfinished cannot be written (ENOENT): name another file with --output',
      );
      await exported('new', 'nobody');
      for (const name of ['new', 'new.unfinished', 'nowhere']) expect(existsSync(path(name))).toBe(false);
      expect(readFileSync(path('there'), 'utf8')).toBe('precious');
    });
  });
});

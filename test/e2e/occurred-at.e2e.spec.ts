import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectInvalid, expectSuccess } from './helpers/answers.ts';

describe('occurredAt', () => {
  let service: TestService;

  const post = (occurredAt: unknown) =>
    service.post('/customer-events', { customerExternalId: 'user_42', type: 'a', occurredAt });

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it.each([
    // dates
    ['2026-04-18', '2026-04-18T00:00:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z'],
    ['2000-02-29', '2000-02-29T00:00:00Z'],
    ['0001-01-01', '0001-01-01T00:00:00Z'],
    ['9999-12-31', '9999-12-31T00:00:00Z'],
    // without an offset: UTC
    ['2026-04-18T10:00', '2026-04-18T10:00:00Z'],
    ['2026-04-18T10:00:01', '2026-04-18T10:00:01Z'],
    ['2026-04-18T10:00:01.5', '2026-04-18T10:00:01.5Z'],
    ['2026-03-29T02:30:00', '2026-03-29T02:30:00Z'],
    // with Z
    ['2026-04-18T10:00:00Z', '2026-04-18T10:00:00Z'],
    ['2026-04-18T10:00Z', '2026-04-18T10:00:00Z'],
    ['2026-04-18T00:00:00Z', '2026-04-18T00:00:00Z'],
    ['2026-04-18T23:59:59.999999Z', '2026-04-18T23:59:59.999999Z'],
    ['1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59.999999Z'],
    ['1900-02-28T12:00:00.5Z', '1900-02-28T12:00:00.5Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['0099-06-15T12:00:00Z', '0099-06-15T12:00:00Z'],
    ['1582-10-10T00:00:00Z', '1582-10-10T00:00:00Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
    // fractions
    ['2026-04-18T10:00:00.0Z', '2026-04-18T10:00:00Z'],
    ['2026-04-18T10:00:00.000000Z', '2026-04-18T10:00:00Z'],
    ['2026-04-18T10:00:00.120400Z', '2026-04-18T10:00:00.1204Z'],
    ['2026-04-18T10:00:00.000001Z', '2026-04-18T10:00:00.000001Z'],
    ['2026-04-18T10:00:00.123456Z', '2026-04-18T10:00:00.123456Z'],
    ['2026-04-18T10:00:00.1234567Z', '2026-04-18T10:00:00.123456Z'],
    ['2026-04-18T10:00:00.999999999Z', '2026-04-18T10:00:00.999999Z'],
    // offsets
    ['2026-04-18T10:00:00+00:00', '2026-04-18T10:00:00Z'],
    ['2026-04-18T10:00:00-00:00', '2026-04-18T10:00:00Z'],
    ['2026-04-18T10:00:00+02:00', '2026-04-18T08:00:00Z'],
    ['2026-04-18T10:00:00-08:00', '2026-04-18T18:00:00Z'],
    ['2026-04-18T10:00+05:45', '2026-04-18T04:15:00Z'],
    ['2026-04-18T10:00:00.25-03:30', '2026-04-18T13:30:00.25Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00Z'],
    ['2024-02-28T23:30:00-01:00', '2024-02-29T00:30:00Z'],
    ['2026-04-18T10:00:00+14:00', '2026-04-17T20:00:00Z'],
    ['2026-04-18T10:00:00+23:59', '2026-04-17T10:01:00Z'],
    ['0001-01-01T00:00:00-01:00', '0001-01-01T01:00:00Z'],
    ['9999-12-31T23:59:59+01:00', '9999-12-31T22:59:59Z'],
  ])('%s is stored and given back as %s', async (sent, expected) => {
    const response = await post(sent);
    expectSuccess(response, 201);
    expect(response.body.data.occurredAt).toBe(expected);
    const page = await service.get('/customers/user_42/events?limit=200');
    const { id } = response.body.data as { id: string };
    const read = (page.body.data.events as { id: string; occurredAt: string }[]).find((event) => event.id === id);
    expect(read?.occurredAt).toBe(expected);
    const [stored] = await service.database.query<{ same: boolean }>(
      'SELECT occurred_at = $2::timestamptz AS same FROM customer_events WHERE id = $1',
      [id, expected],
    );
    expect(stored).toEqual({ same: true });
  });

  it.each([
    // dates that do not exist
    '2026-02-29',
    '2026-02-30',
    '1900-02-29',
    '2100-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-01-32',
    '0000-01-01',
    '2026-02-30T00:00:00Z',
    '10000-01-01',
    '-0001-01-01',
    '+2026-04-18',
    '+002026-04-18T10:00:00Z',
    // times that do not exist
    '2026-04-18T24:00:00Z',
    '2026-04-18T25:00:00Z',
    '2026-04-18T10:60:00Z',
    '2026-04-18T10:00:60Z',
    '2026-06-30T23:59:60Z',
    '2026-04-18T10:00:61Z',
    // offsets that do not exist, or lead out of the years
    '2026-04-18T10:00:00+99:00',
    '2026-04-18T10:00:00+24:00',
    '2026-04-18T10:00:00+02:60',
    '2026-04-18T10:00:00-99:99',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    // other ISO forms
    '2026-W16-6',
    '2026W166',
    '2026-108',
    '2026108',
    '20260418',
    '20260418T100000Z',
    '2026-04',
    '2026',
    '2026-04-18T10',
    '2026-04-18T10Z',
    '2026-04-18T1000Z',
    '2026-04-18T10:00:00+02',
    '2026-04-18T10:00:00+0200',
    '2026-04-18T10:00:00+2:00',
    '2026-04-18T10:00:00,5Z',
    '2026-04-18T10:00.5Z',
    '2026-04-18T10:00:00.Z',
    '2026-04-18Z',
    '2026-04-18+02:00',
    '--04-18',
    'P1D',
    '2026-04-18/2026-04-19',
    '2026-04-18T10:00:00Z/P1D',
    'T10:00:00Z',
    '10:00:00Z',
    // RFC 3339 in lower case or with a space, and near misses
    '2026-04-18t10:00:00Z',
    '2026-04-18T10:00:00z',
    '2026-04-18 10:00:00Z',
    '2026-04-18 10:00',
    '2026-04-18T10:00:00 Z',
    '2026-04-18T10:00:00ZZ',
    '2026-04-18T10:00:00Z+02:00',
    '2026-04-18T10:00:00−08:00',
    '2026-4-18',
    '26-04-18',
    '2026/04/18',
    '18.04.2026',
    '04/18/2026',
    '2026-04-18T',
    '2026-04-18T10:0:00Z',
    ' 2026-04-18',
    '2026-04-18 ',
    '2026-04-18\n',
    '2026-04-18T10:00:00Z\u0000',
    '２０２６-04-18',
    '٢٠٢٦-04-18',
    // other clocks and words
    '1776506400',
    '1776506400000',
    'now',
    'today',
    'tomorrow',
    'infinity',
    '-infinity',
    'epoch',
    'allballs',
    'Invalid Date',
    'null',
    '',
    ' ',
    'Sat, 18 Apr 2026 10:00:00 GMT',
    '18 April 2026',
    '2026-04-18T10:00:00 Europe/Berlin',
    '2026-04-18T10:00:00Z[UTC]',
    '2026-04-18T10:00:00GMT',
    '2026-04-18 BC',
    'J2451187',
    `2026-04-18T10:00:00.${'1'.repeat(50)}x`,
    '9'.repeat(10_000),
    "2026-04-18'; DROP TABLE apps; --",
  ])('%j is refused, and the response says what is accepted', async (sent) => {
    const body = expectInvalid(await post(sent), 'occurredAt');
    expect(JSON.stringify(body.details)).toContain('YYYY-MM-DDTHH:MM[:SS[.fraction]]');
  });

  it('may lie far in the past or in the future', async () => {
    expectSuccess(await post('1970-01-01T00:00:00Z'), 201);
    expectSuccess(await post('2999-01-01T00:00:00Z'), 201);
  });

  it('does not depend on the time zone of the process', async () => {
    const zone = process.env.TZ;
    process.env.TZ = 'America/St_Johns';
    try {
      const response = await post('2026-04-18T10:00:00').expect(201);
      expect(response.body.data.occurredAt).toBe('2026-04-18T10:00:00Z');
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it.each([
    ['time zone', "timezone = 'Asia/Kathmandu'"],
    ['date style', "datestyle = 'German, DMY'"],
  ])('does not depend on the %s of the database', async (_, setting) => {
    const [name] = await service.database.query<{ quoted: string }>('SELECT quote_ident(current_database()) AS quoted');
    await service.database.query(`ALTER DATABASE ${name?.quoted} SET ${setting}`);
    const abroad = await startServiceOn(service.database);
    try {
      const { post, get } = withKey(abroad, service.key);
      const event = { customerExternalId: 'user_42', type: 'abroad', occurredAt: '0001-04-05T10:00:00.000001' };
      expectSuccess(await post('/customer-events', event), 201);
      const page = await get('/customers/user_42/events?limit=200');
      expect(page.body.data.events).toContainEqual(
        expect.objectContaining({ type: 'abroad', occurredAt: '0001-04-05T10:00:00.000001Z' }),
      );
    } finally {
      await abroad.close();
      await service.database.query(`ALTER DATABASE ${name?.quoted} RESET ALL`);
    }
  });
});

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { line, manyLines, openImport } from '../support/history.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { asTheyAre, expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';
import { EXACT_OBJECTS } from './helpers/exact-json.ts';

const NDJSON = { 'Content-Type': 'application/x-ndjson' };

interface Imported {
  readonly lines: number;
  readonly created: number;
  readonly replayed: number;
  readonly rejected: number;
  readonly errors: readonly { line: number; code: string; message: string; details?: Record<string, unknown> }[];
}

describe('POST /customer-events/import', () => {
  let service: TestService;

  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    service.post('/customer-events/import', body, { ...NDJSON, ...headers }).serialize(asTheyAre);
  const imported = async (body: string | Buffer, headers: Record<string, string> = {}): Promise<Imported> => {
    const response = await post(body, headers);
    expectSuccess(response, 200);
    return response.body.data as Imported;
  };
  const customer = async (externalId: string): Promise<string> => {
    await service
      .patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name: externalId })
      .expect(201);
    return externalId;
  };
  const timeline = async (externalId: string) =>
    (await service.get(`/customers/${externalId}/events?order=asc&limit=200`).expect(200)) as {
      text: string;
      body: { data: { events: Record<string, unknown>[] } };
    };
  const rowsWith = async (prefix: string): Promise<number> =>
    (await service.database.query(`SELECT 1 FROM customer_events WHERE event_id LIKE $1`, [`${prefix}%`])).length;

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('records each line as an event, value for value', async () => {
    const externalId = await customer('exact');
    const body = EXACT_OBJECTS.map(
      ([, text], n) =>
        `{"customerExternalId":"exact","type":"t.n${n}","payload":${text},"occurredAt":"2024-01-01T00:00:${String(n % 60).padStart(2, '0')}.${String(n).padStart(6, '0')}Z"}`,
    ).join('\n');
    expect(await imported(body)).toEqual({
      lines: EXACT_OBJECTS.length,
      created: EXACT_OBJECTS.length,
      replayed: 0,
      rejected: 0,
      errors: [],
    });
    const { text } = await timeline(externalId);
    for (const [, payload] of EXACT_OBJECTS) expect(text).toContain(`"payload":${payload},`);
  });

  it('keeps the order, the instants and the eventIds of thousands of lines', async () => {
    const externalId = await customer('long');
    const lines = Array.from({ length: 5_000 }, (_, n) =>
      line({
        customerExternalId: externalId,
        eventId: `long-${n}`,
        occurredAt: `2024-01-01T00:00:00.${String(n).padStart(6, '0')}Z`,
      }),
    );
    expect(await imported(lines.join('\n'))).toEqual({
      lines: 5_000,
      created: 5_000,
      replayed: 0,
      rejected: 0,
      errors: [],
    });
    const rows = await service.database.query<{ event_id: string }>(
      `SELECT event_id FROM customer_events WHERE event_id LIKE 'long-%' ORDER BY occurred_at, id`,
    );
    expect(rows.map(({ event_id }) => event_id)).toEqual(lines.map((_, n) => `long-${n}`));
  });

  it('reports zero lines for an empty body', async () => {
    for (const body of ['', '\n', '\r\n \n\t\n']) {
      expect(await imported(body)).toEqual({ lines: 0, created: 0, replayed: 0, rejected: 0, errors: [] });
    }
  });

  describe('reads lines', () => {
    it.each([
      ['with LF', (a: string, b: string) => `${a}\n${b}\n`],
      ['with CRLF', (a: string, b: string) => `${a}\r\n${b}\r\n`],
      ['without a last newline', (a: string, b: string) => `${a}\n${b}`],
      ['with blank lines between', (a: string, b: string) => `\n\n${a}\n \t\r\n${b}\n\n`],
      ['after a byte order mark', (a: string, b: string) => `\ufeff${a}\n${b}\n`],
      ['with white space around', (a: string, b: string) => `  ${a}\t\n ${b} \n`],
    ])('%s', async (name, write) => {
      const prefix = `form-${name.replace(/\W/g, '-')}`;
      const [a, b] = manyLines(2, prefix) as [string, string];
      expect(await imported(write(a, b))).toMatchObject({ lines: 2, created: 2, rejected: 0 });
      expect(await rowsWith(prefix)).toBe(2);
    });

    it('with U+2028, U+2029 and U+0085 in their texts', async () => {
      const externalId = await customer('separators');
      expect(
        await imported(line({ customerExternalId: externalId, payload: { s: '\u2028\u2029\u0085' } })),
      ).toMatchObject({ created: 1 });
      expect((await timeline(externalId)).body.data.events[0]?.payload).toEqual({ s: '\u2028\u2029\u0085' });
    });

    it('as a JSON array, whose elements are the lines', async () => {
      const [a, b] = manyLines(2, 'form-array') as [string, string];
      expect(await imported(`[\n  ${a},\n  {"type":"NO"},\n  ${b}\n]\n`)).toMatchObject({
        lines: 3,
        created: 2,
        rejected: 1,
        errors: [{ line: 2 }],
      });
      expect(await rowsWith('form-array')).toBe(2);
    });

    it.each<[string, string | Buffer, RegExp]>([
      ['a workbook', Buffer.from('PK\x03\x04\x14\x00'), /^This is a workbook of Excel \(XLSX\)/],
      ['UTF-16', Buffer.from(line(), 'utf16le'), /^This is no text, or text in UTF-16; save it in UTF-8$/],
      ['CSV', 'customerExternalId,type\nuser_42,a\n', /^This is CSV, not NDJSON/],
      ['lines whose line ends were taken away', `${line()}${line()}`, /^The lines have lost their line ends/],
      ['an array that is cut off', `[${line({ eventId: 'form-cut' })},`, /^The JSON array does not end/],
    ])('but not %s: that is told in a sentence, and nothing is stored', async (_, body, sentence) => {
      const before = await service.database.query('SELECT count(*) FROM customer_events');
      const response = await service
        .post('/customer-events/import', '', { 'Content-Type': 'application/x-ndjson' })
        .send(body)
        .expect(400);
      expect(response.body).toMatchObject({
        code: 'VALIDATION_ERROR',
        details: { body: [expect.stringMatching(sentence)] },
      });
      expect(await service.database.query('SELECT count(*) FROM customer_events')).toEqual(before);
    });

    it('that come in single bytes, cut within characters', async () => {
      const externalId = await customer('bytes');
      const { write, end, receives } = await openImport(service);
      for (const byte of Buffer.from(`${line({ customerExternalId: externalId, payload: { s: '💥ż' } })}\r\n`))
        await write(Buffer.from([byte]));
      end();
      expect(await receives(/"timestamp"/)).toContain('"lines":1,"created":1,');
      expect((await timeline(externalId)).body.data.events[0]?.payload).toEqual({ s: '💥ż' });
    });
  });

  describe('rejects a line and takes the rest', () => {
    const LARGE = 'x'.repeat(70_000);
    it.each<[string, string | Buffer, string, string[]]>([
      ['no JSON', '{"customerExternalId":', 'VALIDATION_ERROR', ['line']],
      ['two values', `${line()} ${line()}`, 'VALIDATION_ERROR', ['line']],
      ['no object', '[1]', 'VALIDATION_ERROR', ['event']],
      [
        'invalid UTF-8',
        Buffer.concat([
          Buffer.from('{"customerExternalId":"user_42","type":"a","payload":{"s":"'),
          Buffer.from([0xe9]),
          Buffer.from('"}}'),
        ]),
        'VALIDATION_ERROR',
        ['line'],
      ],
      ['missing fields', '{}', 'VALIDATION_ERROR', ['customerExternalId', 'type']],
      ['an unknown field', line({ occuredAt: '2024-01-01' }), 'VALIDATION_ERROR', ['occuredAt']],
      ['a wrong type', line({ type: 'Order Placed' }), 'VALIDATION_ERROR', ['type']],
      ['an impossible date', line({ occurredAt: '2024-02-30' }), 'VALIDATION_ERROR', ['occurredAt']],
      ['an array as payload', line({ payload: [] }), 'VALIDATION_ERROR', ['payload']],
      [
        '101 levels',
        `{"customerExternalId":"user_42","type":"a","payload":${'{"a":'.repeat(100)}{}${'}'.repeat(100)}}`,
        'VALIDATION_ERROR',
        ['payload'],
      ],
      [
        '40,000 levels',
        `{"customerExternalId":"user_42","type":"a","payload":{"a":${'['.repeat(40_000)}${']'.repeat(40_000)}}}`,
        'VALIDATION_ERROR',
        ['payload'],
      ],
      ['a payload that is too large', line({ payload: { s: LARGE } }), 'PAYLOAD_TOO_LARGE', ['field', 'limit']],
      ['a line that is too long', `{"customerExternalId":"${LARGE}${LARGE}"}`, 'PAYLOAD_TOO_LARGE', ['field', 'limit']],
      ['a customer that does not exist', line({ customerExternalId: 'nobody' }), 'CUSTOMER_NOT_FOUND', []],
      [
        'an eventId with other content',
        line({ eventId: 'reject-first', type: 'other' }),
        'EVENT_ID_CONFLICT',
        ['type'],
      ],
    ])('with %s', async (name, bad, code, fields) => {
      await imported(line({ eventId: 'reject-first' }));
      const prefix = `reject-${name.replace(/\W/g, '-')}`;
      const [before, after] = manyLines(2, prefix) as [string, string];
      const body = Buffer.concat([Buffer.from(`${before}\n\n`), Buffer.from(bad), Buffer.from(`\n${after}`)]);
      const { errors, ...counts } = await imported(body);
      expect(counts).toEqual({ lines: 3, created: 2, replayed: 0, rejected: 1 });
      expect(errors).toEqual([
        {
          line: 3,
          code,
          message: expect.stringMatching(/\S/),
          ...(fields.length > 0 ? { details: expect.anything() } : {}),
        },
      ]);
      expect(Object.keys(errors[0]?.details ?? {}).sort()).toEqual(fields);
      expect(await rowsWith(prefix)).toBe(2);
    });

    it('by the rules of a single event, whatever they are', async () => {
      const bodies = [
        { type: 1 },
        { customerExternalId: '' },
        { customerExternalId: 'a\u0000' },
        { payload: 'x' },
        { occurredAt: 'now' },
        { eventId: 'a b' },
        { events: [] },
        { customerExternalId: 'nobody' },
      ];
      const { errors } = await imported(bodies.map((fields) => line(fields)).join('\n'));
      const single = await Promise.all(bodies.map((fields) => service.post('/customer-events', line(fields))));
      expect(errors).toEqual(
        single.map(({ body }, n) => {
          const { code, message, details } = body as { code: string; message: string; details?: object };
          return { line: n + 1, code, message, ...(details === undefined ? {} : { details }) };
        }),
      );
    });

    it('names the first hundred, in their order, and counts all', async () => {
      const bad = Array.from({ length: 2_500 }, (_, n) =>
        line(n % 2 === 0 ? { customerExternalId: `nobody-${n}` } : { type: 'NO' }),
      );
      const { errors, ...counts } = await imported(bad.join('\n'));
      expect(counts).toEqual({ lines: 2_500, created: 0, replayed: 0, rejected: 2_500 });
      expect(errors.map((error) => error.line)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    });
  });

  it('sent again with its eventIds is replayed, line by line', async () => {
    const body = manyLines(1_500, 'again').join('\n');
    expect(await imported(body)).toMatchObject({ created: 1_500, replayed: 0 });
    expect(await imported(body)).toMatchObject({ created: 0, replayed: 1_500 });
    expect(await rowsWith('again')).toBe(1_500);
  });

  it('takes the first of two lines with the same eventId', async () => {
    const lines = [line({ eventId: 'twice' }), line({ eventId: 'twice' }), line({ eventId: 'twice', type: 'other' })];
    const { errors, ...counts } = await imported(lines.join('\n'));
    expect(counts).toEqual({ lines: 3, created: 1, replayed: 1, rejected: 1 });
    expect(errors).toMatchObject([{ line: 3, code: 'EVENT_ID_CONFLICT' }]);
  });

  it('sees nothing of another app', async () => {
    expect(await imported(line(), { 'X-API-Key': service.otherKey })).toMatchObject({
      created: 0,
      errors: [{ line: 1, code: 'CUSTOMER_NOT_FOUND' }],
    });
  });

  it('is not counted by the rate limit, and does not use it up', async () => {
    const limited = await startTestService({ RATE_LIMITS: '10/60' });
    try {
      const response = await limited.post('/customer-events/import', manyLines(50, 'limited').join('\n'), NDJSON);
      expect(response.body.data).toMatchObject({ created: 50 });
      await limited.post('/customer-events', line()).expect(201);
    } finally {
      await limited.close();
    }
  });

  describe('by Content-Type', () => {
    it.each(['application/x-ndjson', 'application/x-ndjson; charset=utf-8', 'Application/X-NDJSON'])(
      '%s is read',
      async (type) => {
        expect(await imported(line(), { 'Content-Type': type })).toMatchObject({ created: 1 });
      },
    );

    it.each([
      'application/json',
      'application/ndjson',
      'application/jsonl',
      'application/x-jsonlines',
      'application/x-ndjson; charset=latin1',
      'text/plain',
      'text/csv',
      'application/octet-stream',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ])('%s is refused', async (type) => {
      expectFailure(await post(line(), { 'Content-Type': type }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    });

    it('is looked at after the key, and before the body', async () => {
      const wrong = { 'Content-Type': 'text/plain', 'Content-Encoding': 'br' };
      expectFailure(await post('{', { ...wrong, 'X-API-Key': 'none' }), 401, 'AUTH_API_KEY_INVALID');
      expectFailure(await post('{', wrong), 415, 'UNSUPPORTED_MEDIA_TYPE');
    });

    it('an Idempotency-Key is refused: it cannot stand for many events', async () => {
      expectInvalid(await post(line(), { 'Idempotency-Key': 'k' }), 'Idempotency-Key');
    });
  });

  describe('compressed', () => {
    const GZIP = { 'Content-Encoding': 'gzip' };

    it('with gzip is read', async () => {
      expect(await imported(gzipSync(manyLines(3_000, 'gzip').join('\n')), GZIP)).toMatchObject({ created: 3_000 });
    });

    it('with gzip in several members, as pigz and cat write it, is read', async () => {
      const [a, b] = manyLines(2, 'members') as [string, string];
      expect(await imported(Buffer.concat([gzipSync(`${a}\n`), gzipSync(b)]), GZIP)).toMatchObject({ created: 2 });
    });

    it.each(['br', 'deflate', 'gzip, gzip', 'zstd'])('with %s is refused', async (encoding) => {
      expectFailure(await post(line(), { 'Content-Encoding': encoding }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    });

    it('with something that is not gzip is refused', async () => {
      expectInvalid(await post(line(), GZIP), 'body');
    });

    it('and cut short, is refused where it is cut, and tells what is settled', async () => {
      const lines = manyLines(4_500, 'cut');
      const body = expectInvalid(await post(gzipSync(lines.join('\n')).subarray(0, -20), GZIP), 'body');
      const through = Number(/up to line (\d+) are settled/.exec(body.message)?.[1]);
      expect(through).toBeGreaterThanOrEqual(1_000);
      expect(await rowsWith('cut')).toBeGreaterThanOrEqual(through);
      expect(await imported(lines.join('\n'))).toMatchObject({ lines: 4_500, rejected: 0 });
      expect(await rowsWith('cut')).toBe(4_500);
    });

    it('to a bomb of one line is a rejected line', async () => {
      const bomb = gzipSync(Buffer.concat([Buffer.alloc(200_000_000, 'x'), Buffer.from(`\n${line()}`)]));
      const { errors, ...counts } = await imported(bomb, GZIP);
      expect(counts).toEqual({ lines: 2, created: 1, replayed: 0, rejected: 1 });
      expect(errors).toMatchObject([{ line: 1, code: 'PAYLOAD_TOO_LARGE' }]);
    });

    it('to a bomb of blank lines holds nothing', async () => {
      expect(await imported(gzipSync(Buffer.alloc(20_000_000, '\n')), GZIP)).toMatchObject({ lines: 0 });
    });
  });
});

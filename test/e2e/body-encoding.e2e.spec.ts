import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { asTheyAre, expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';

const TEXT = '{"customerExternalId":"user_42","type":"a","payload":{"s":"żółć 💥"}}';
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

describe('the bytes of a body', () => {
  let service: TestService;

  const post = (body: Buffer | string, headers: Record<string, string> = {}) =>
    service.post('/customer-events', body, headers).serialize(asTheyAre);

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());
  afterEach(() => service.get('/auth/whoami').expect(200));

  describe('as UTF-8', () => {
    const around = (bytes: number[]) =>
      Buffer.concat([
        Buffer.from('{"customerExternalId":"user_42","type":"a","payload":{"s":"'),
        Buffer.from(bytes),
        Buffer.from('"}}'),
      ]);

    it('may begin with a byte order mark', async () => {
      const response = await post(Buffer.concat([BYTE_ORDER_MARK, Buffer.from(TEXT)]));
      expectSuccess(response, 201);
      expect(response.text).toContain('"payload":{"s":"żółć 💥"},');
    });

    it('may begin with one before plain ASCII', async () => {
      const ascii = Buffer.from('{"customerExternalId":"user_42","type":"a"}');
      expectSuccess(await post(Buffer.concat([BYTE_ORDER_MARK, ascii])), 201);
    });

    it.each([
      ['a lone continuation byte', [0x80]],
      ['a byte that is never UTF-8', [0xff]],
      ['a character cut short', [0xe2, 0x82]],
      ['an overlong slash', [0xc0, 0xaf]],
      ['an overlong NUL', [0xc0, 0x80]],
      ['an encoded high surrogate', [0xed, 0xa0, 0x80]],
      ['an encoded surrogate pair (CESU-8)', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
      ['a character beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
      ['Latin-1', [0x63, 0x61, 0x66, 0xe9]],
    ])('must not have %s', async (_, bytes) => {
      expectInvalid(await post(around(bytes)), 'body');
    });

    it.each([
      ['NUL bytes', Buffer.from('{"customerExternalId":"user_42"\0,"type":"a"}')],
      ['a NUL byte in a text', Buffer.from('{"customerExternalId":"user_42","type":"a\0"}')],
      ['NUL bytes after it', Buffer.concat([Buffer.from(TEXT), Buffer.alloc(10)])],
      ['nothing but NUL bytes', Buffer.alloc(64)],
      ['two byte order marks', Buffer.concat([BYTE_ORDER_MARK, BYTE_ORDER_MARK, Buffer.from(TEXT)])],
      ['UTF-16, little endian', Buffer.from(TEXT, 'utf16le')],
      ['UTF-16 with a byte order mark', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(TEXT, 'utf16le')])],
      ['UTF-16, big endian', Buffer.from(TEXT, 'utf16le').swap16()],
      ['gzip without a header that says so', gzipSync(TEXT)],
    ])('must not be %s', async (_, bytes) => {
      expectInvalid(await post(bytes), 'body');
    });
  });

  describe('by Content-Type', () => {
    it.each([
      'application/json',
      'application/json;charset=utf-8',
      'application/json; charset=UTF-8',
      'application/json; charset="utf-8"',
      'Application/JSON',
      'application/vnd.acme.event+json',
    ])('%s is read', async (contentType) => {
      expectSuccess(await post(TEXT, { 'Content-Type': contentType }), 201);
    });

    it.each([
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain',
      'text/json',
      'application/xml',
      'application/octet-stream',
      'application/x-ndjson',
      'application/jsonp',
      'application/json5',
      'json',
      '*/*',
      'application/json; charset=latin1',
      'application/json; charset=utf-16',
      'application/json; charset=iso-8859-1',
      'text/plain; application/json',
    ])('%s is refused', async (contentType) => {
      expectFailure(await post(TEXT, { 'Content-Type': contentType }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    });

    it.each([
      ['a form', 'application/x-www-form-urlencoded', 'customerExternalId=user_42&type=a'],
      [
        'a multipart form',
        'multipart/form-data; boundary=x',
        '--x\r\nContent-Disposition: form-data; name="type"\r\n\r\na\r\n--x--\r\n',
      ],
    ])('%s is refused', async (_, contentType, body) => {
      expectFailure(await post(body, { 'Content-Type': contentType }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    });
  });

  describe('by Content-Encoding', () => {
    it.each([
      ['gzip', gzipSync(TEXT)],
      ['GZIP', gzipSync(TEXT)],
      ['x-gzip', gzipSync(TEXT)],
      ['identity', Buffer.from(TEXT)],
    ])('%s is read', async (encoding, bytes) => {
      const response = await post(bytes, { 'Content-Encoding': encoding });
      expectSuccess(response, 201);
      expect(response.text).toContain('"payload":{"s":"żółć 💥"},');
    });

    it.each([
      ['br', brotliCompressSync(TEXT)],
      ['deflate', deflateSync(TEXT)],
      ['zstd', Buffer.from(TEXT)],
      ['gzip, gzip', gzipSync(gzipSync(TEXT))],
      ['rot13', Buffer.from(TEXT)],
    ])('%s is refused', async (encoding, bytes) => {
      expectFailure(await post(bytes, { 'Content-Encoding': encoding }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    });

    it.each([
      ['text', Buffer.from(TEXT)],
      ['nothing', Buffer.alloc(0)],
      ['gzip cut short', gzipSync(TEXT).subarray(0, -10)],
      ['a gzip header alone', gzipSync(TEXT).subarray(0, 10)],
      ['gzip with a wrong checksum', Buffer.concat([gzipSync(TEXT).subarray(0, -8), Buffer.alloc(8, 1)])],
      ['gzip of broken JSON', gzipSync('{"type":')],
      ['gzip of Latin-1', gzipSync(Buffer.from('{"type":"\xe9"}', 'latin1'))],
    ])('gzip with a body that is %s is refused', async (_, bytes) => {
      expectInvalid(await post(bytes, { 'Content-Encoding': 'gzip' }), 'body');
    });

    it.each([1, 100])('a bomb of %i MB is refused', async (megabytes) => {
      const bomb = gzipSync(Buffer.alloc(megabytes * 1_000_000, ' '));
      const body = expectFailure(await post(bomb, { 'Content-Encoding': 'gzip' }), 413, 'PAYLOAD_TOO_LARGE');
      expect(body.details).toEqual({ field: 'body', limit: expect.any(Number) });
    });
  });
});

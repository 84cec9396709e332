import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';

describe('the fields of a customer', () => {
  let service: TestService;

  const patch = (fields: object | string) => service.patch('/customers/user_42', fields);

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  const good: Readonly<Record<string, readonly string[]>> = {
    email: [
      'a@b.co',
      'first.last@example.com',
      'tag+1@example.com',
      "o'brien@example.ie",
      'UPPER@EXAMPLE.COM',
      'x@sub.domain.example.museum',
      '1234567890@example.com',
      'user@xn--mnchen-3ya.de',
      `${'x'.repeat(64)}@example.com`,
    ],
    name: [
      'x',
      'Ada Lovelace',
      '客户',
      'x'.repeat(255),
      '💥'.repeat(255),
      ' ',
      "Robert'); DROP TABLE customers;--",
      '<b>x</b>',
      '__proto__',
    ],
    phone: ['1', '+44 20 7946 0000', '112', 'ext. 5', 'x'.repeat(50), '💥'.repeat(50)],
    avatarUrl: [
      `https://example.com/${'💥'.repeat(2048 - 20)}`,
      'http://example.com',
      'https://example.com/a.png',
      'HTTPS://EXAMPLE.COM/A',
      'https://example.com:8443/a?b=c&d=%20#e',
      'https://user:pw@example.com/',
      'http://localhost/a',
      'http://127.0.0.1:9000/a',
      'http://[::1]/a',
      'https://münchen.de/ä',
      `https://example.com/${'x'.repeat(2048 - 20)}`,
    ],
  };
  it.each(Object.entries(good).flatMap(([field, values]) => values.map((value) => [field, value] as const)))(
    '%s may be %j',
    async (field, value) => {
      const response = await patch({ [field]: value });
      expectSuccess(response, 200);
      expect(response.body.data[field]).toBe(value);
      expect((await service.get('/customers/user_42')).body.data[field]).toBe(value);
    },
  );

  const bad: Readonly<Record<string, readonly string[]>> = {
    email: [
      '',
      ' ',
      'a',
      '@',
      'a@',
      '@example.com',
      'a@b',
      'a@@example.com',
      'a b@example.com',
      'a@exam ple.com',
      'a@example..com',
      '.a@example.com',
      'a..b@example.com',
      'a@example.com ',
      ' a@example.com',
      'a@example.com\n',
      'a@example.com\nbcc: b@example.com',
      'a\u0000@example.com',
      'Ada <a@example.com>',
      'a@example.com,b@example.com',
      'mailto:a@example.com',
      'a@-example.com',
      `${'x'.repeat(65)}@example.com`,
      `a@${'x'.repeat(250)}.com`,
      '\ud800@example.com',
      'a@example.c',
      // With a mark that nobody sees, as it comes with what is pasted.
      'a@example.com\u200b',
      '\u202eada@example.com',
      'a\u00adda@example.com',
      '\ufeffada@example.com',
    ],
    name: ['', 'x'.repeat(256), '💥'.repeat(256), 'a\u0000b', 'a\nb', 'a\tb', '\u007f', '\u0085', '\ud800', 'x\udc00'],
    phone: ['', 'x'.repeat(51), '1\n2', '\u0000', '\ud800'],
    avatarUrl: [
      '',
      ' ',
      'example.com',
      '//example.com/a',
      '/a.png',
      'ftp://example.com/a',
      'javascript:alert(1)',
      'data:image/png;base64,AAAA',
      'file:///etc/passwd',
      'http://',
      'https:///a',
      'http:example.com',
      'https://exa mple.com/',
      ' https://example.com',
      'https://example.com ',
      'https://example.com/a\nb',
      'https://example.com/\u0000',
      'https://example.com:99999/',
      'https://example.com:port/',
      'http://[::1',
      'https://example.com/\ud800',
      `https://example.com/${'x'.repeat(2049 - 20)}`,
      'xhttps://example.com',
      'blob:https://example.com/1',
    ],
  };
  it.each(Object.entries(bad).flatMap(([field, values]) => values.map((value) => [field, value] as const)))(
    '%s must not be %j',
    async (field, value) => {
      expectInvalid(await patch({ [field]: value }), field);
    },
  );

  const otherTypes = [
    '0',
    '42',
    '1e400',
    'true',
    'false',
    '[]',
    '["a@example.com"]',
    '{}',
    '{"toString":"x"}',
    '['.repeat(30_000) + ']'.repeat(30_000),
  ];
  const textFields = ['email', 'name', 'phone', 'avatarUrl'];
  it.each(textFields.flatMap((field) => otherTypes.map((text) => [field, text.slice(0, 30), text] as const)))(
    '%s must not be %s',
    async (field, _, text) => {
      expectInvalid(await patch(`{"${field}":${text}}`), field);
    },
  );

  it.each(['[]', '[{}]', '"{}"', '0', 'true'])('metadata must not be %s', async (text) => {
    expectInvalid(await patch(`{"metadata":${text}}`), 'metadata');
  });

  it('metadata must not be nested deeper than 100 levels, nor be larger than 64 KiB', async () => {
    const nested = (depth: number) => `{"metadata":${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}}`;
    await patch(nested(100)).expect(200);
    expectInvalid(await patch(nested(101)), 'metadata');
    expectInvalid(await patch(nested(10_000)), 'metadata');
    await patch(`{"metadata":{"a":"${'x'.repeat(65_536 - 8)}"}}`).expect(200);
    const body = expectFailure(await patch(`{"metadata":{"a":"${'x'.repeat(65_537 - 8)}"}}`), 413, 'PAYLOAD_TOO_LARGE');
    expect(body.details).toEqual({ field: 'metadata', limit: 65_536 });
  });

  it.each([
    ['e_mail', 'email'],
    ['Email', 'email'],
    ['avatarURL', 'avatarUrl'],
    ['avatar_url', 'avatarUrl'],
    ['meta_data', 'metadata'],
    ['Phone', 'phone'],
  ])('%s is no field: did you mean %s?', async (typo, meant) => {
    const body = expectInvalid(await patch({ [typo]: 'x' }), typo);
    expect(body.details?.[typo]).toEqual([expect.stringContaining(`did you mean ${meant}?`)]);
  });

  it('are all named that are wrong', async () => {
    const response = await patch({ email: 'x', name: '', phone: '', avatarUrl: 'x', metadata: [], plan: 'pro' });
    expectInvalid(response, 'email', 'name', 'phone', 'avatarUrl', 'metadata', 'plan');
  });

  it('must not be given twice', async () => {
    expectInvalid(await patch('{"name":"a","name":"b"}'), 'name');
  });

  it.each(['[]', '"x"', 'null', '1', '', '{"name":'])('are not read from a body that is %j', async (text) => {
    expectInvalid(await patch(text), 'body');
  });
});

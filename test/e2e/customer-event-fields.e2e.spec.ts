import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectInvalid, expectSuccess } from './helpers/answers.ts';

const EVENT = { customerExternalId: 'user_42', type: 'order.placed' };

describe('the fields of an event', () => {
  let service: TestService;

  const post = (fields: object) => service.post('/customer-events', { ...EVENT, ...fields });

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  describe('customerExternalId', () => {
    it.each([
      ['one character', 'x'],
      ['255 characters', 'x'.repeat(255)],
      ['255 emoji, which are characters too', '💥'.repeat(255)],
      ['255 characters with variation selectors', `x${'a\uFE0F'.repeat(127)}`],
      ['a space', ' '],
      ['spaces at its ends, which count', ' x '],
      ['a slash and a question mark', 'a/b?c=d#e%20'],
      ['quotes and backslashes', `'"\\`],
      ['letters of many scripts', 'żółć-客户-عميل-🙂'],
      ['__proto__', '__proto__'],
      ['a line separator, which is no control character', 'a\u2028b'],
      ['a no-break space and a byte order mark', '\u00A0\uFEFF'],
    ])('may be %s', async (_, externalId) => {
      await service
        .patch(`/customers/${encodeURIComponent(externalId)}`, { email: `${Math.random()}@example.com`, name: 'x' })
        .expect(201);
      expectSuccess(await post({ customerExternalId: externalId }), 201);
    });

    it('is not trimmed, folded or normalised: other bytes are another customer', async () => {
      for (const other of [' user_42', 'user_42 ', 'USER_42', 'user_４２']) {
        await post({ customerExternalId: other }).expect(404);
      }
    });

    it.each([
      ['empty', ''],
      ['of 256 characters', 'x'.repeat(256)],
      ['of 256 emoji', '💥'.repeat(256)],
      ['of 256 characters, every other a variation selector', 'a\uFE0F'.repeat(128)],
      ['with NUL', 'a\u0000b'],
      ['with a line feed', 'a\nb'],
      ['with a line feed at its end', 'user_42\n'],
      ['with a carriage return', '\r'],
      ['with a tab', 'a\tb'],
      ['with an escape', '\u001b[31m'],
      ['with DEL', '\u007f'],
      ['with a C1 control', '\u0085'],
      ['a lone high surrogate', '\ud800'],
      ['a lone low surrogate', 'a\udc00b'],
      ['a million characters cut to what fits', 'x'.repeat(50_000)],
    ])('must not be %s', async (_, externalId) => {
      expectInvalid(await post({ customerExternalId: externalId }), 'customerExternalId');
    });

    it('must be there', async () => {
      expectInvalid(await service.post('/customer-events', { type: 'a' }), 'customerExternalId');
      expectInvalid(await post({ customerExternalId: null }), 'customerExternalId');
    });
  });

  describe('type', () => {
    it.each(['a', '_', '.', '0', 'order.placed', 'app_store.refund.v2', '...', 'a'.repeat(100)])(
      'may be %s',
      async (type) => {
        const response = await post({ type });
        expectSuccess(response, 201);
        expect(response.body.data.type).toBe(type);
      },
    );

    it.each([
      '',
      'a'.repeat(101),
      'Order',
      'order placed',
      'order-placed',
      'order:placed',
      'order/placed',
      'a\n',
      '\na',
      'a\u0000',
      'bestellung.bezählt',
      'order.plàced',
      '注文',
      '💥',
      'ａ',
      'ı',
      ' a',
      'a ',
      '*',
      'order.*',
      '$type',
      "a'; drop table customers; --",
    ])('must not be %j', async (type) => {
      expectInvalid(await post({ type }), 'type');
    });

    it('must be there', async () => {
      expectInvalid(await service.post('/customer-events', { customerExternalId: 'user_42' }), 'type');
      expectInvalid(await post({ type: null }), 'type');
    });
  });

  describe('eventId', () => {
    it.each(['1', 'A-Z_a-z.0:9', '0b6d3a52-6c2c-4f9e-9d2b-0d6b0f6f2a11', '__proto__', '-', ':', 'x'.repeat(255)])(
      'may be %s',
      async (eventId) => {
        const response = await post({ eventId });
        expectSuccess(response, 201);
        expect(response.body.data.eventId).toBe(eventId);
      },
    );

    it.each(['', 'x'.repeat(256), ' ', 'a b', 'a/b', 'a\n', 'a\u0000', 'é', '💥', '"quoted"', 'a,b', 'a;b', '{}', '+'])(
      'must not be %j',
      async (eventId) => {
        expectInvalid(await post({ eventId }), 'eventId');
      },
    );
  });

  describe('a value of another JSON type', () => {
    const notTexts: readonly [string, string][] = [
      ['zero', '0'],
      ['a number', '42'],
      ['a huge number', '1e400'],
      ['a fraction', '1.5'],
      ['true', 'true'],
      ['false', 'false'],
      ['an object', '{}'],
      ['an object with toString', '{"toString":"user_42"}'],
      ['an object like a text', '{"length":1,"0":"a"}'],
      ['an array', '[]'],
      ['an array of the right text', '["user_42"]'],
      ['an array of arrays, 99 deep', '['.repeat(99) + ']'.repeat(99)],
      ['an array of arrays, 30,000 deep', '['.repeat(30_000) + ']'.repeat(30_000)],
      ['objects in each other, 10,000 deep', '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)],
    ];
    const fields = ['customerExternalId', 'type', 'occurredAt', 'eventId'];
    const cases = fields.flatMap((field) => notTexts.map(([name, text]) => [field, name, text] as const));

    it.each(cases)('%s must not be %s', async (field, _, text) => {
      const others = Object.entries(EVENT).filter(([name]) => name !== field);
      const members = [...others.map(([name, value]) => `"${name}":"${value}"`), `"${field}":${text}`];
      expectInvalid(await service.post('/customer-events', `{${members.join(',')}}`), field);
    });

    it.each([
      ['an array', '[]'],
      ['an array of an object', '[{}]'],
      ['an array of arrays, 30,000 deep', '['.repeat(30_000) + ']'.repeat(30_000)],
      ['a text', '"{}"'],
      ['an empty text', '""'],
      ['zero', '0'],
      ['a number', '42'],
      ['true', 'true'],
      ['false', 'false'],
    ])('payload must not be %s', async (_, text) => {
      const response = await service.post(
        '/customer-events',
        `{"customerExternalId":"user_42","type":"a","payload":${text}}`,
      );
      expectInvalid(response, 'payload');
    });
  });
});

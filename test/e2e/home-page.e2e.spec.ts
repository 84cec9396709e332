import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { startServiceOn, startTestService, type TestService } from '../support/test-service.ts';

describe('the first page', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it.each(['*/*', 'text/html', 'application/json', 'nonsense;;', ''])(
    'says what runs here, to Accept: %s',
    async (accept) => {
      const { status, headers, text } = await request(service.server).get('/').set('Accept', accept);
      expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers).not.toHaveProperty('set-cookie');
      expect(text).toContain('<h1>Customer Events</h1>');
      expect(text).toContain('href="docs"');
      expect(text).not.toMatch(/<script|style=|undefined|null/);
    },
  );

  it('has a head of its own, and no body there', async () => {
    const [head, whole] = [await request(service.server).head('/'), await request(service.server).get('/')];
    expect([head.status, head.text]).toEqual([200, undefined]);
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(whole.text)));
  });

  it('links no documents where there are none', async () => {
    const without = await startServiceOn(service.database, { DOCS_ENABLED: 'false' });
    try {
      expect((await request(without.server).get('/').expect(200)).text).not.toContain('docs');
    } finally {
      await without.close();
    }
  });
});

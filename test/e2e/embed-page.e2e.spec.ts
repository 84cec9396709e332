import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync, brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import request from 'supertest';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { PublicKeys } from '../../src/api-keys/application/public-keys.ts';
import { readPageFiles } from '../../src/app/page-files.ts';
import { EmbedPageController } from '../../src/embed/http/embed-page.controller.ts';
import { PageApps } from '../../src/embed/application/page-apps.ts';
import { createSession, embedApi } from '../support/embed-session.ts';
import { randomNumbers } from '../support/random.ts';
import { startServiceOn, startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure, expectSuccess } from './helpers/answers.ts';
import { routesOf } from './helpers/routes.ts';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; " +
  "form-action 'none'; require-trusted-types-for 'script'; frame-ancestors ";
const ORIGINS = [
  'https://acme.zendesk.com',
  'https://*.acme.com:8443',
  'http://localhost:8080',
  'http://127.0.0.1:9000',
];

describe('the agent page', () => {
  let service: TestService;
  let publicKey: string;
  let otherPublicKey: string;
  let page: NonNullable<ReturnType<typeof readPageFiles>>;
  const logged: string[] = [];

  const open = (query: string) => request(service.server).get(`/embed/timeline${query}`);
  const asset = (name: string, coding = 'identity') =>
    request(service.server)
      .get(`/embed/assets/${name}`)
      .set('Accept-Encoding', coding)
      .buffer(true)
      .parse((response, done) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => done(null, Buffer.concat(chunks)));
      });
  const expectPage = (response: request.Response, ancestors: string): void => {
    expect(response.status).toBe(200);
    const { headers } = response;
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toBe(POLICY + ancestors);
    expect(headers).not.toHaveProperty('x-frame-options');
    expect(headers).not.toHaveProperty('set-cookie');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
  };

  beforeAll(async () => {
    service = await startTestService({ LOG_LEVEL: 'debug' }, { write: (line: string) => void logged.push(line) });
    const administration = service.app.get(KeyAdministration);
    const keyOf = async (slug: string) =>
      service.app.get(PublicKeys).publicKeyOf((await administration.appOf(slug)).id);
    [publicKey, otherPublicKey] = [await keyOf('acme'), await keyOf('other')];
    await administration.setEmbedOrigins('acme', [...ORIGINS, 'http://[::1]:9000']);
    page = readPageFiles() as typeof page;
  });
  afterAll(() => service.close());

  it('may be shown by the sites of the app alone, and knows them; IPv6 addresses have no form in the policy', async () => {
    const response = await open(`?k=${publicKey}`);
    expectPage(response, ORIGINS.join(' '));
    expect(response.text).toContain(
      `<customer-timeline public-key="${publicKey}" origins="${ORIGINS.join(' ')}"></customer-timeline>`,
    );
    expect(response.text).toContain(`<script type="module" src="assets/${page.script}"></script>`);
    expect(response.text).toContain(`<link rel="stylesheet" href="assets/${page.style}">`);
    const head = await request(service.server).head(`/embed/timeline?k=${publicKey}`);
    expectPage(head, ORIGINS.join(' '));
    expect([head.text, head.headers['content-length']]).toEqual([undefined, response.headers['content-length']]);
    expectPage(await open(`?k=${otherPublicKey}`), "'none'");
  });

  it.each(['/embed/timeline', '/embed/timeline/'])('names files that are there, opened as %s', async (path) => {
    const { text } = await request(service.server).get(`${path}?k=${publicKey}`).expect(200);
    const files = [...text.matchAll(/(?:src|href)="([^":]+)"/g)].map(([, file]) => file as string);
    expect(files).toHaveLength(2);
    for (const file of files) {
      const { pathname } = new URL(file, `http://localhost${path}?k=${publicKey}`);
      await request(service.server).get(pathname).expect(200);
    }
  });

  it('follows the sites of its app', async () => {
    const administration = service.app.get(KeyAdministration);
    await administration.setEmbedOrigins('other', ['https://other.example']);
    expectPage(await open(`?k=${otherPublicKey}`), 'https://other.example');
    await administration.setEmbedOrigins('other', []);
    expectPage(await open(`?k=${otherPublicKey}`), "'none'");
  });

  it('may be shown by no site where its key is revoked, or its app suspended', async () => {
    const administration = service.app.get(KeyAdministration);
    const { id } = await administration.createApp('ended', 'Ended');
    await administration.setEmbedOrigins('ended', ['https://ended.example']);
    const key = await service.app.get(PublicKeys).publicKeyOf(id);
    expectPage(await open(`?k=${key}`), 'https://ended.example');
    await administration.suspendApp('ended');
    expectPage(await open(`?k=${key}`), "'none'");
    await administration.resumeApp('ended');
    expectPage(await open(`?k=${key}`), 'https://ended.example');
    const [pageKey] = (await administration.listKeys('ended')).filter(({ type }) => type === 'public');
    await administration.revokeKey(pageKey?.id as string);
    expectPage(await open(`?k=${key}`), "'none'");
  });

  it('is the same page for 200 hostile keys, with nothing of them in it, and no site may show it', async () => {
    const random = randomNumbers(17);
    const chars = [...'"\'<>&;= /\\\r\n\0%#?:,*ä\u202e\ud83d\ude00', 'pk_live_', 'https://evil.example', '<script>'];
    const texts = Array.from({ length: 190 }, () =>
      Array.from({ length: Math.floor(random() * 40) }, () => chars[Math.floor(random() * chars.length)]).join(''),
    );
    texts.push(`pk_live_${'x'.repeat(47)}"`, `pk_live_${'x'.repeat(48)}\n`, ` ${publicKey}`, `${publicKey} `);
    texts.push(`${publicKey};`, publicKey.toUpperCase(), service.key, 'x'.repeat(8_000));
    const blank = (await open('')).text;
    const queries = [
      '',
      '?',
      '?k',
      '?k=',
      `?k=${publicKey}&k=${publicKey}`,
      `?k[]=${publicKey}`,
      `?k[a]=${publicKey}`,
      '?k=%',
      '?k=%ff%fe',
      '?__proto__[k]=1',
      `?K=${publicKey}`,
      ...texts.map((text) => `?k=${encodeURIComponent(text)}`),
    ];
    expect(queries.length).toBeGreaterThanOrEqual(200);
    for (const query of queries) {
      const response = await open(query);
      expectPage(response, "'none'");
      expect(response.text).toBe(blank);
    }
    for (const unknown of [`pk_live_${'x'.repeat(48)}`, publicKey.toLowerCase()]) {
      const response = await open(`?k=${unknown}`);
      expectPage(response, "'none'");
      expect(response.text.replace(` public-key="${unknown}"`, '')).toBe(blank);
    }
  });

  it('has its script and style under names of their content, for ever, plain and compressed', async () => {
    for (const [name, type] of [
      [page.script, 'text/javascript; charset=utf-8'],
      [page.style, 'text/css; charset=utf-8'],
    ] as const) {
      const plain = await asset(name).expect(200);
      expect(plain.headers['content-encoding']).toBeUndefined();
      const [gzip, brotli] = [await asset(name, 'gzip').expect(200), await asset(name, 'gzip, br').expect(200)];
      expect([gzip.headers['content-encoding'], brotli.headers['content-encoding']]).toEqual(['gzip', 'br']);
      const bytes = page.files.get(name)?.bytes as Buffer;
      expect(bytes.length).toBeGreaterThan(10);
      // superagent has decompressed what came compressed.
      for (const { body } of [plain, gzip, brotli]) expect(Buffer.compare(body as Buffer, bytes)).toBe(0);
      expect(gunzipSync(page.files.get(name)?.encoded.gzip as Buffer)).toEqual(bytes);
      expect(brotliDecompressSync(page.files.get(name)?.encoded.br as Buffer)).toEqual(bytes);
      for (const { headers } of [plain, gzip, brotli]) {
        expect(headers['content-type']).toBe(type);
        expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
        expect(headers['x-content-type-options']).toBe('nosniff');
        expect(headers['x-frame-options']).toBe('DENY');
        expect(headers.vary).toBe('Accept-Encoding');
      }
      await request(service.server).head(`/embed/assets/${name}`).expect(200);
      await asset(name, 'identity;q=0, x;q=1').expect(200);
    }
  });

  it.each([
    'files.json',
    '..',
    '../files.json',
    '..%2ffiles.json',
    '%2e%2e%2f%2e%2e%2fpackage.json',
    '..%5c..%5cpackage.json',
    '/etc/passwd',
    '%2fetc%2fpasswd',
    '__proto__',
    'constructor',
    'toString',
    'main.js',
    '%00',
    '',
  ])('serves no other file: %s', async (name) => {
    expectFailure(await request(service.server).get(`/embed/assets/${name}`), 404, 'NOT_FOUND');
  });

  it.each(['.br', '.gz', '%00', '/', '%20', '?x=/../files.json'])(
    'serves a file by its exact name: with %s',
    async (end) => {
      const response = await request(service.server).get(`/embed/assets/${page.script}${end}`);
      if (end.startsWith('?') || end === '/') expect(response.status).toBe(200);
      else expectFailure(response, 404, 'NOT_FOUND');
    },
  );

  it('is a 404 that says what to do where the build has none, and needs no compressed files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'customer-events-page-'));
    try {
      const url = pathToFileURL(`${folder}/`);
      expect(readPageFiles(url)).toBeNull();
      const without = new EmbedPageController(service.app.get(PageApps, { strict: false }), null);
      await expect(
        without.timeline(publicKey, { path: '/embed/timeline', socket: {} } as Request, true),
      ).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining('npm run build'),
      });
      writeFileSync(join(folder, 'files.json'), '{"script":"a.js","style":"a.css"}');
      for (const name of ['a.js', 'a.css']) writeFileSync(join(folder, name), name);
      expect(readPageFiles(url)?.files.get('a.js')).toMatchObject({ bytes: Buffer.from('a.js'), encoded: {} });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses a session of another app than the key that it was opened with', async () => {
    const { token, id } = await createSession(service);
    const head = (key: string) => embedApi(service, token).head().set('X-Public-Key', key);
    expectSuccess(await head(publicKey), 200);
    expectSuccess(await embedApi(service, token).head(), 200);
    for (const [wrong, code] of [
      [otherPublicKey, 'EMBED_WRONG_APP'],
      ...[`pk_live_${'x'.repeat(48)}`, 'nonsense', '', service.key].map((unknown) => [unknown, 'EMBED_APP_UNKNOWN']),
    ] as const) {
      const response = await head(wrong as string);
      expectFailure(response, 403, code as string);
      expect(response.headers['x-frame-options']).toBe('DENY');
    }
    expectFailure(await embedApi(service, token).renew().set('X-Public-Key', otherPublicKey), 403, 'EMBED_WRONG_APP');
    expectFailure(
      await embedApi(service, 'es_nonsense').head().set('X-Public-Key', publicKey),
      401,
      'EMBED_SESSION_INVALID',
    );
    const log = logged.join('');
    for (const secret of [token, publicKey, otherPublicKey, service.key]) expect(log).not.toContain(secret.slice(-20));
    expect(log).toContain(id);
    for (const reason of ['wrong-app', 'unknown-app']) expect(log).toContain(`"sessionRefused":"${reason}"`);
  });

  it('keeps the other pages and responses out of every frame', async () => {
    for (const path of ['/', '/docs/', '/health/live', '/embed/api/head', '/embed/timeline/x', '/embed/Timeline'])
      expect((await request(service.server).get(path)).headers['x-frame-options']).toBe('DENY');
  });

  it('is nowhere with EMBED_ENABLED=false, and the document that is served has nothing of it', async () => {
    const { token } = await createSession(service);
    const without = await startServiceOn(service.database, { EMBED_ENABLED: 'false' });
    try {
      const at = request(without.server);
      const routes = routesOf(service.app).filter(({ path }) => /^(?:\/api\/v1)?\/embed/.test(path));
      expect(routes.length).toBeGreaterThanOrEqual(9);
      for (const { method, path } of routes) {
        const named = path.replace(':name', page.script).replace(/:\w+/, 'x');
        for (const headers of [{ 'X-API-Key': service.key }, { Authorization: `Bearer ${token}` }])
          expectFailure(await at[method](named).set(headers), 404, 'NOT_FOUND');
      }
      expectFailure(await embedApi(without, token).head(), 404, 'NOT_FOUND');
      expectFailure(await embedApi(without, token).renew(), 404, 'NOT_FOUND');
      const created = at
        .post('/api/v1/embed/sessions')
        .set('X-API-Key', service.key)
        .send({ customerExternalId: 'user_42' });
      expectFailure(await created, 404, 'NOT_FOUND');
      expect((await at.get('/docs-json').expect(200)).text).not.toContain('"/embed');
      expect((await at.get('/').expect(200)).text).not.toContain('embed');
      await at.get('/api/v1/auth/whoami').set('X-API-Key', service.key).expect(200);
    } finally {
      await without.close();
    }
  });

  it('has an address with the port on which the service listens, where no PUBLIC_URL says otherwise', async () => {
    const { port } = service.server.address() as { port: number };
    expect((await createSession(service)).url).toMatch(
      new RegExp(`^http://localhost:${port}/embed/timeline\\?k=${publicKey}#t=es_`),
    );
  });
});

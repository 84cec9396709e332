import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, FrameLocator } from 'playwright-core';
import { newSecretKey } from '../../src/api-keys/domain/api-key.ts';
import { ROOT, startProcess, type Child } from '../support/child.ts';
import {
  describeInChromium,
  launchChromium,
  openPage,
  type PageOptions,
  type WatchedPage,
} from '../support/chromium.ts';
import { freePort, servesAt, Workplace } from '../support/service-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

jest.setTimeout(180_000);

const EXAMPLES = join(ROOT, 'docs/examples/embed');
const BACKENDS = [
  { command: process.execPath, file: 'session-backend.mjs' },
  { command: 'python3', file: 'session_backend.py' },
];
/** The desk, and its app in a frame, as docs/embedding.md names them. */
const ZENDESK = ['https://acme.zendesk.com', 'https://123456.apps.zdusercontent.com'] as const;

/** Sites of the internet may show what is on this machine: here it stands for a service on the internet. */
const MAY_FRAME_LOOPBACK = '--disable-features=LocalNetworkAccessChecks';

const start = (command: string, file: string, settings: Record<string, string>): Child =>
  startProcess(command, [join(EXAMPLES, file)], { env: { PATH: process.env.PATH, PORT: '0', ...settings } });
const ended = async (child: Child | undefined): Promise<void> => {
  child?.kill('SIGKILL');
  await child?.ends();
};
const isHere = (command: string): boolean => spawnSync(command, ['--version']).status === 0;

interface ZafRequest {
  readonly url: string;
  readonly type: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly secure: boolean;
  readonly data: string;
}

const ZAF_STAND_IN = `
  const values = { 'ticket.createdAt': '2026-04-18T10:00:00Z', 'currentUser.id': 7 };
  globalThis.ZAFClient = { init: () => ({
    invoke: async () => {},
    get: async (paths) =>
      Object.fromEntries(paths.map((path) => [path, { ...values, 'ticket.requester.email': requesterEmail }[path]])),
    request: async (options) => {
      const [status, responseJSON] = await zendeskProxy(options);
      if (status >= 400) throw { status, responseJSON };
      return responseJSON;
    },
  }) };`;

/** With the built service, and the backend as a process of its own, as readers of docs/agent-page.md have them. */
describeInChromium('a help desk on another origin', () => {
  const workplace = new Workplace();
  const key = newSecretKey('agent');
  let database: TestDatabase;
  let service: string;
  let desk: Child;
  let origin: string;
  let backendPort: number;
  let browser: Browser;
  let sessionKey: string;

  beforeAll(async () => {
    [database, backendPort, browser] = await Promise.all([
      createTestDatabase(),
      freePort(),
      launchChromium(MAY_FRAME_LOOPBACK),
    ]);
    desk = start(process.execPath, 'desk.mjs', { BACKEND_URL: `http://127.0.0.1:${backendPort}` });
    [origin] = await desk.prints(/http:\/\/localhost:\d+/);
    const settings = { DATABASE_URL: database.url };
    const child = workplace.start({ ...settings, INIT_APP: 'acme', INIT_KEY: key, API_KEY_CACHE_MS: '0' });
    service = (await servesAt(child)).replace('127.0.0.1', 'localhost');
    const cli = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await workplace.command(args, settings);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      return stdout;
    };
    await cli('apps', 'set', '--slug', 'acme', '--embed-origins', [origin, ...ZENDESK].join());
    const created = await cli('keys', 'create', '--app', 'acme', '--name', 'desk', '--scopes', 'sessions:create');
    [sessionKey = ''] = /sk_live_agent_\w{48}/.exec(created) ?? [];
    await ask('PATCH', 'customers/user_42', { email: 'user_42@example.com', name: 'Katherine Johnson' });
    for (const [type, occurredAt, payload] of [
      ['payment.failed', '2026-04-18T08:00:00Z', { reason: 'card_declined' }],
      ['invoice.paid', '2026-04-18T11:00:00Z', { invoice: 'INV-1002' }],
    ]) {
      await ask('POST', 'customer-events', { customerExternalId: 'user_42', type, occurredAt, payload });
    }
  });
  afterAll(async () => {
    await browser?.close();
    await ended(desk);
    await workplace.close();
    await database?.drop();
  });

  const ask = async (method: string, path: string, body: object): Promise<void> => {
    const headers = { 'X-API-Key': key, 'Content-Type': 'application/json' };
    const response = await fetch(`${service}/api/v1/${path}`, { method, headers, body: JSON.stringify(body) });
    expect({ status: response.status, text: await response.text() }).toMatchObject({ status: 201 });
  };

  for (const { command, file } of BACKENDS) {
    if (!isHere(command)) {
      it.skip(`with ${file} needs ${command}, which is not installed here`, () => {});
      continue;
    }
    describe(`with ${file}`, () => {
      let backend: Child;
      let watched: WatchedPage | undefined;

      afterEach(async () => {
        await watched?.context.close();
        await ended(backend);
        watched = undefined;
      });

      const startBackend = async (settings: Record<string, string> = {}): Promise<string> => {
        backend = start(command, file, {
          EVENTS_URL: service,
          EVENTS_KEY: sessionKey,
          PORT: `${backendPort}`,
          ...settings,
        });
        return (await backend.prints(/http:\/\/127\.0\.0\.1:\d+/))[0];
      };
      const openTicket = async (
        customerExternalId = 'user_42',
        options: PageOptions = {},
      ): Promise<WatchedPage & { timeline: FrameLocator }> => {
        watched = await openPage(browser, [origin, service], options);
        await watched.page.goto(`${origin}/?customerExternalId=${customerExternalId}&at=2026-04-18T10:00:00Z`);
        return { ...watched, timeline: watched.page.frameLocator('iframe') };
      };
      const failure = async (customerExternalId?: string): Promise<string> => {
        const { page } = await openTicket(customerExternalId);
        const alert = page.getByRole('alert');
        await alert.waitFor();
        return alert.innerText();
      };

      it('shows the timeline as of the ticket in a frame, and the key nowhere in the browser', async () => {
        await startBackend();
        const { page, timeline, faults } = await openTicket();
        const bodies: Promise<string>[] = [];
        page.on('response', (response) => bodies.push(response.text().catch(() => '')));
        await page.reload();
        await timeline.getByText('Ticket opened').waitFor();
        await timeline.getByRole('heading', { name: 'Katherine Johnson' }).waitFor();
        const received = (await Promise.all(bodies)).join();
        expect(received.includes('/embed/timeline?k=pk_live_')).toBe(true);
        expect(received.includes(sessionKey)).toBe(false);
        expect(faults).toEqual([]);
        const viewers = 'SELECT DISTINCT viewer_id FROM embed_sessions';
        expect(await database.query(viewers)).toEqual([{ viewer_id: 'agent_7' }]);
      });

      it('gives the frame another session when its own has expired, and the page goes on', async () => {
        await startBackend();
        const { timeline, faults } = await openTicket('user_42', { refusals: [401] });
        await timeline.getByText('Ticket opened').waitFor();
        const past = 'UPDATE embed_sessions SET expires_at = to_timestamp(1), renewable_until = to_timestamp(1)';
        await database.query(past);
        await timeline.getByRole('button', { name: 'Payment failed' }).last().click();
        await timeline.getByText('card_declined').first().waitFor();
        expect(faults).toEqual([]);
      });

      it('shows why there is no timeline: an unknown customer, a wrong key', async () => {
        await startBackend();
        expect(await failure('nobody')).toBe('The timeline cannot be shown: CUSTOMER_NOT_FOUND (status 404)');
        await watched?.context.close();
        await ended(backend);
        await startBackend({ EVENTS_KEY: newSecretKey('agent') });
        expect(await failure()).toBe('The timeline cannot be shown: AUTH_API_KEY_INVALID (status 401)');
      });

      it.each([
        ['an unreachable service', async () => ({ EVENTS_URL: `http://127.0.0.1:${await freePort()}` })],
        ['a key that no header can hold', () => ({ EVENTS_KEY: `${sessionKey}\nand more` })],
      ])('answers 502 and tells no key: %s', async (_what, settings) => {
        const body = JSON.stringify({ customerExternalId: 'user_42' });
        const headers = { 'X-Forwarded-User': 'agent_7' };
        const response = await fetch(await startBackend(await settings()), { method: 'POST', headers, body });
        expect([response.status, await response.text()]).toEqual([502, expect.stringContaining('SESSION_FAILED')]);
        expect(backend.output()).not.toContain(sessionKey);
      });

      it('makes no session for who is not signed in', async () => {
        const body = JSON.stringify({ customerExternalId: 'user_42' });
        const response = await fetch(await startBackend(), { method: 'POST', body });
        expect([response.status, await response.json()]).toEqual([401, { code: 'NOT_SIGNED_IN' }]);
      });
    });
  }

  /** Nobody can have Zendesk here: a stand-in does what its documentation says of ZAFClient and of its proxy. */
  describe('the private app for Zendesk, with a stand-in for Zendesk', () => {
    const read = (file: string): string => readFileSync(join(ROOT, 'docs/examples', file), 'utf8');
    const { domainWhitelist, parameters } = JSON.parse(read('zendesk/manifest.json')) as {
      domainWhitelist: string[];
      parameters: { name: string; secure: boolean; scopes: string[] }[];
    };
    const [desktop, app] = ZENDESK;
    const FILES: Readonly<Record<string, [contentType: string, text: string]>> = {
      [`${desktop}/agent`]: ['text/html', `<iframe src="${app}/assets/iframe.html" width="320" height="700"></iframe>`],
      [`${app}/assets/iframe.html`]: ['text/html', read('zendesk/assets/iframe.html')],
      [`${app}/assets/timeline-frame.js`]: ['text/javascript', read('embed/timeline-frame.js')],
      'https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js': ['text/javascript', ZAF_STAND_IN],
    };

    /** Puts the values of secure settings in, for hosts of the list alone. */
    const proxy = async ({ url, type, headers, contentType, secure, data }: ZafRequest): Promise<[number, unknown]> => {
      const { host, pathname } = new URL(url);
      if (!secure || !domainWhitelist.includes(host)) throw new Error(`not for ${url}`);
      const [setting] = parameters.filter(({ secure: isSecure, scopes }) => isSecure && scopes.includes('header'));
      const filled = Object.entries(headers).map(([name, value]): [string, string] => [
        name,
        value.replace(`{{setting.${setting?.name}}}`, sessionKey),
      ]);
      const sent = {
        method: type,
        headers: { ...Object.fromEntries(filled), 'Content-Type': contentType },
        body: data,
      };
      const response = await fetch(`${service}${pathname}`, sent);
      return [response.status, await response.json()];
    };
    const openApp = async (email: string): Promise<WatchedPage & { appFrame: FrameLocator }> => {
      const watched = await openPage(browser, [...ZENDESK, service, 'https://static.zdassets.com']);
      await watched.context.exposeFunction('zendeskProxy', proxy);
      await watched.context.addInitScript(`globalThis.requesterEmail = '${email}'`);
      await watched.context.route(/^https:/, async (route) => {
        const [contentType, body] = FILES[route.request().url()] ?? ['text/plain', ''];
        await route.fulfill({ contentType, body });
      });
      await watched.page.goto(`${desktop}/agent`);
      return { ...watched, appFrame: watched.page.frameLocator('iframe') };
    };

    it('shows the timeline two frames deep, matched by the e-mail address of the requester', async () => {
      const { context, appFrame, faults } = await openApp('user_42@example.com');
      const timeline = appFrame.frameLocator('iframe');
      await timeline.getByText('Ticket opened').waitFor();
      await timeline.getByText('matched by e-mail, not verified').waitFor();
      expect(faults).toEqual([]);
      await context.close();
    });

    it('tells the code where the requester is no customer', async () => {
      const { context, appFrame } = await openApp('nobody@example.com');
      const alert = appFrame.getByRole('alert').filter({ hasText: 'CUSTOMER_NOT_FOUND' });
      await alert.waitFor();
      expect(await alert.innerText()).toBe('The timeline cannot be shown: CUSTOMER_NOT_FOUND (status 404)');
      await context.close();
    });
  });
});

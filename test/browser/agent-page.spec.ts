import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:http';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Frame, Page } from 'playwright-core';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { describeInChromium, launchChromium, openPage, type WatchedPage } from '../support/chromium.ts';
import { createSession, type CreatedSession } from '../support/embed-session.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { until } from '../support/until.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TICKET_AT = '2026-04-20T08:00:00Z';

describeInChromium('the agent page in a browser', () => {
  let service: TestService;
  let browser: Browser;
  let origin: string;
  let log = '';
  const opened: WatchedPage[] = [];

  beforeAll(async () => {
    const destination = { write: (line: string): boolean => ((log += line), true) };
    service = await startTestService({ LOG_LEVEL: 'info', SESSION_READ_LIMITS: '0' }, destination as never);
    origin = `http://127.0.0.1:${(service.server.address() as AddressInfo).port}`;
    browser = await launchChromium();
    await service.put('/event-types/page.viewed', { quiet: true }).expect(201);
    await service.put('/event-types/payment.failed', { severity: 'error' }).expect(201);
    await service.post('/customer-events/batch', { events: story('user_42') }).expect(201);
  }, 60_000);
  afterEach(async () => {
    for (const { context } of opened.splice(0)) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await service?.close();
  });

  const event = (customerExternalId: string, type: string, occurredAt: string, payload: object = {}) => ({
    ...{ customerExternalId, type, occurredAt, payload },
  });
  const story = (customerExternalId: string) => [
    event(customerExternalId, 'trial.started', '2026-04-17T07:00:00Z', { plan: 'pro' }),
    ...[1, 2, 3, 4].map((minute) => event(customerExternalId, 'page.viewed', `2026-04-18T09:0${minute}:00Z`)),
    event(customerExternalId, 'order.placed', '2026-04-19T19:14:03.123456Z', { total: 99.9 }),
    event(customerExternalId, 'payment.failed', '2026-04-20T06:02:00Z', { reason: 'card_declined' }),
    event(customerExternalId, 'invoice.paid', '2026-04-20T10:00:00Z', { invoice: 'in_2' }),
  ];
  const newCustomer = async (customerExternalId: string, name = 'Grace'): Promise<string> => {
    await service
      .patch(`/customers/${customerExternalId}`, { email: `${customerExternalId}@example.com`, name })
      .expect(201);
    return customerExternalId;
  };
  const session = async (more: object = {}): Promise<CreatedSession> => {
    const body = { customerExternalId: 'user_42', timeZone: 'Europe/Berlin', locale: 'en-GB', ...more };
    const created = await createSession(service, body);
    const { pathname, search, hash } = new URL(created.url);
    return { ...created, url: `${origin}${pathname}${search}${hash}` };
  };
  const show = async (url: string, options: BrowserContextOptions = {}): Promise<WatchedPage> => {
    const watched = await openPage(browser, [origin], options);
    opened.push(watched);
    await watched.page.goto(url);
    return watched;
  };
  const shownText = (page: Page | Frame): Promise<string> => page.locator('customer-timeline').innerText();
  const article = (page: Page | Frame, hasText: string) => page.locator('article').filter({ hasText }).first();

  it('shows the timeline at the ticket, with days, what failed, and quiet events folded', async () => {
    const { page, faults } = await show((await session({ at: TICKET_AT })).url);
    await article(page, 'Invoice paid').waitFor();
    const text = await shownText(page);
    for (const part of ['Ada', 'user_42@example.com', 'Payment failed', 'Order placed', 'Page viewed', 'Trial started'])
      expect(text).toContain(part);
    // In the time zone of the session: 06:02 UTC is 08:02 in Berlin.
    expect(text).toContain('08:02');
    expect(text).toContain('Ticket opened');
    expect(faults).toEqual([]);
  });

  it('takes the token out of the address, and puts it nowhere else', async () => {
    const { url, token } = await session();
    const { page, context, faults, requests } = await show(url);
    await article(page, 'Payment failed').waitFor();
    expect(page.url()).not.toContain('es_');
    const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])');
    expect(kept).toBe('[{},{},""]');
    expect(await context.cookies()).toEqual([]);
    expect(requests.filter((asked) => asked !== url && asked.includes(token))).toEqual([]);
    await until(() => log.includes('/embed/api/entries'));
    expect(log).not.toContain(token);
    expect(faults).toEqual([]);
  });

  it('shows the payload digit for digit', async () => {
    const [fraction, integer] = ['0.1234567890123456789', '123456789012345678901234567890'];
    const customerExternalId = await newCustomer('digits');
    const payload = `{"total":${fraction},"id":${integer},"a":1,"a":2}`;
    const when = '"occurredAt":"2026-04-19T19:14:03.123456Z"';
    await service
      .post('/customer-events', `{"customerExternalId":"digits","type":"order.placed",${when},"payload":${payload}}`)
      .expect(201);
    const { page, faults } = await show((await session({ customerExternalId })).url);
    await article(page, 'Order placed').click();
    await page.getByText(fraction).first().waitFor();
    const text = await shownText(page);
    for (const part of [integer, '.123456', '"a"']) expect(text).toContain(part);
    expect(faults).toEqual([]);
  });

  it('is used by keyboard alone: to an entry, open, closed, and out of the feed', async () => {
    const { page, faults } = await show((await session()).url, { viewport: { width: 320, height: 800 } });
    await article(page, 'Payment failed').waitFor();
    const isInFeed = (): Promise<boolean> => page.evaluate('document.activeElement?.closest("article") != null');
    for (let presses = 0; presses < 40 && !(await isInFeed()); presses++) await page.keyboard.press('Tab');
    expect(await isInFeed()).toBe(true);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByText('card_declined').first().waitFor();
    await page.keyboard.press('Escape');
    await until(async () => (await page.getByText('card_declined').count()) === 0);
    await page.keyboard.press('Control+End');
    expect(await isInFeed()).toBe(false);
    expect(faults).toEqual([]);
  });

  it.each(
    [320, 768, 1280].flatMap((width) => [
      { width, colorScheme: 'light' as const },
      { width, colorScheme: 'dark' as const },
    ]),
  )('has nothing that axe objects to, and does not scroll sideways: %j', async ({ width, colorScheme }) => {
    // The policy of the page allows no script of ours: it is bypassed for axe alone.
    const options = { viewport: { width, height: 900 }, colorScheme, bypassCSP: true };
    const { page, faults } = await show((await session({ at: TICKET_AT })).url, options);
    await article(page, 'Payment failed').waitFor();
    await page.evaluate(AXE);
    const violations = (): Promise<string[]> =>
      page.evaluate('axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes[0].html))');
    expect(await violations()).toEqual([]);
    await article(page, 'Order placed').click();
    await page.getByText('"total"').first().waitFor();
    expect(await violations()).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expect(faults).toEqual([]);
  });

  it('shows hostile texts as texts: of titles, payloads, their keys, and names', async () => {
    const name = '<img src=x onerror=alert(1)>';
    const customerExternalId = await newCustomer('hostile', name);
    await service.put('/event-types/hostile', { title: '{payload.text}' }).expect(201);
    const events = hostileTexts().map((text, index) =>
      event(customerExternalId, 'hostile', new Date(Date.parse('2026-04-18T10:00:00Z') + index).toISOString(), {
        ...{ text, [text]: [text] },
      }),
    );
    await service.post('/customer-events/batch', { events }).expect(201);
    const { page, faults } = await show((await session({ customerExternalId })).url);
    page.on('dialog', (dialog) => faults.push(`dialog: ${dialog.message()}`));
    await page.locator('article').first().waitFor();
    expect(await shownText(page)).toContain(name);
    await page.locator('article').first().click();
    await until(async () => (await page.locator('article').count()) > 20);
    for (const index of [1, 5, 9, 13]) await page.locator('article').nth(index).click();
    const strange = ['img', 'iframe', 'object', 'embed', 'script', 'style', 'base', 'meta', 'link'];
    expect(await page.locator(`customer-timeline :is(${strange.join()})`).count()).toBe(0);
    expect(await page.locator('a[href^="javascript:"], a[href^="data:"]').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it('says that its session has ended, with the code', async () => {
    const { id, url } = await session();
    await service.delete(`/embed/sessions/${id}`).expect(200);
    const { page, faults } = await show(url);
    await page.getByText('EMBED_SESSION_INVALID').first().waitFor();
    expect(faults).toEqual([]);
  });

  it('says that its session has expired, with the code', async () => {
    const { id, url } = await session();
    await service.database.query(
      'UPDATE embed_sessions SET expires_at = to_timestamp(1), renewable_until = to_timestamp(1) WHERE id = $1',
      [id],
    );
    const { page, faults } = await show(url);
    await page.getByText('EMBED_SESSION_EXPIRED').first().waitFor();
    expect(faults).toEqual([]);
  });

  it('says that there are no events yet, and how to send the first one', async () => {
    const customerExternalId = await newCustomer('nobody');
    const { page, faults } = await show((await session({ customerExternalId })).url);
    await page.getByText('No events yet').first().waitFor();
    expect(await shownText(page)).toContain('/api/v1/customer-events');
    expect(faults).toEqual([]);
  });

  it('tells of new events, and shows them when they are asked for', async () => {
    const customerExternalId = await newCustomer('live');
    await service.post('/customer-events', event(customerExternalId, 'a.first', '2026-04-18T10:00:00Z')).expect(201);
    const { page, faults } = await show((await session({ customerExternalId })).url);
    await article(page, 'A first').waitFor();
    await service.post('/customer-events', event(customerExternalId, 'b.second', '2026-04-18T11:00:00Z')).expect(201);
    const button = page.getByRole('button', { name: /1 new event/ });
    await button.waitFor({ timeout: 25_000 });
    expect(await article(page, 'B second').count()).toBe(0);
    await button.click();
    await article(page, 'B second').waitFor();
    expect(faults).toEqual([]);
  }, 60_000);

  describe('in the frame of another site', () => {
    let listed: Server;
    let other: Server;
    const siteOf = (server: Server): string => `http://localhost:${(server.address() as AddressInfo).port}`;

    beforeAll(async () => {
      [listed, other] = await Promise.all([desk(), desk()]);
      await service.app.get(KeyAdministration).setEmbedOrigins('acme', [siteOf(listed)]);
    });
    afterAll(() => {
      listed?.close();
      other?.close();
    });

    const framed = async (server: Server): Promise<WatchedPage & { frame: Frame }> => {
      const { url } = await session();
      const watched = await openPage(browser, [origin, siteOf(server)]);
      opened.push(watched);
      await watched.page.goto(`${siteOf(server)}/?src=${encodeURIComponent(url)}`);
      await until(() => watched.page.frames().length > 1);
      return { ...watched, frame: watched.page.frames()[1] as Frame };
    };

    it('is shown where the site is listed, and answers it', async () => {
      const { page, frame, faults } = await framed(listed);
      await article(frame, 'Payment failed').waitFor();
      const hello = "{ source: 'customer-events', v: 1, kind: 'hello' }";
      await page.evaluate(`document.querySelector('iframe').contentWindow.postMessage(${hello}, '${origin}')`);
      const received = (): Promise<string> => page.evaluate('JSON.stringify(window.received)');
      await until(async () => (await received()).includes('"ready"'));
      expect(await received()).not.toContain('es_');
      expect(faults).toEqual([]);
    });

    it('is not shown where the site is not listed', async () => {
      const { frame, requests } = await framed(other);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(await frame.locator('article').count()).toBe(0);
      expect(requests.filter((asked) => asked.includes('/embed/api/'))).toEqual([]);
    });
  });
});

/** A site of its own, with a frame that shows what its query names. */
async function desk(): Promise<Server> {
  const server = createServer((request, response) => {
    const src = new URL(request.url ?? '/', 'http://localhost').searchParams.get('src') ?? '';
    response.setHeader('Content-Type', 'text/html');
    response.end(
      '<!doctype html><title>Desk</title><link rel="icon" href="data:,">' +
        `<iframe width=400 height=700 src="${src.replaceAll('&', '&amp;')}" referrerpolicy="no-referrer" ` +
        'sandbox="allow-scripts allow-same-origin allow-popups"></iframe>' +
        "<script>window.received = []; addEventListener('message', ({ data }) => received.push(data));</script>",
    );
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return server;
}

/** What has broken pages elsewhere: markup, handlers, URLs, templates, directions, controls; 200 of them. */
function hostileTexts(): string[] {
  const seeds = [
    ...['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '"><svg onload=alert(1)>', "'-alert(1)-'"],
    ...['javascript:alert(1)', '{{constructor.constructor("alert(1)")()}}', '${alert(1)}', '</title><script>alert(1)'],
    ...['<iframe src=javascript:alert(1)>', '<a href="javascript:alert(1)">x</a>', '\u202eevil\u202c', '__proto__'],
    ...['<style>*{display:none}</style>', '<base href=//evil.example>', '&lt;script&gt;', '<!--', '-->', ']]>'],
    ...['\u2028', '👩‍👩‍👧'],
  ];
  return Array.from({ length: 200 }, (_, index) => `${seeds[index % seeds.length]}${index}`);
}

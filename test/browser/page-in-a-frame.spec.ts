import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Frame, Page } from 'playwright-core';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { AgentPages, article, event, TICKET_AT } from '../support/agent-pages.ts';
import { describeInChromium, type WatchedPage } from '../support/chromium.ts';
import { openDesk, type Desk } from '../support/desk.ts';
import { until } from '../support/until.ts';

interface Received {
  readonly data: {
    readonly source: string;
    readonly v: number;
    readonly kind: string;
    readonly [more: string]: unknown;
  };
  readonly origin: string;
}

/** Keeps in every window what it is told, whether it heeds that or not. */
const LISTEN = `window.heard = []; addEventListener('message', ({ data, origin }) => heard.push({ data, origin }));`;

describeInChromium('the agent page in a frame of another site', () => {
  let pages: AgentPages;
  let listed: Desk;
  let unlisted: Desk;
  /** By which the service was asked. */
  const tokens = new Set<string>();

  beforeAll(async () => {
    [pages, listed, unlisted] = await Promise.all([AgentPages.start(), openDesk(), openDesk()]);
    await pages.service.app.get(KeyAdministration).setEmbedOrigins('acme', [listed.site]);
    pages.service.server.on('request', ({ headers: { authorization } }) => {
      if (authorization !== undefined) tokens.add(authorization.replace('Bearer ', ''));
    });
  }, 60_000);
  afterEach(() => pages.closePages());
  afterAll(async () => {
    await listed?.close();
    await unlisted?.close();
    await pages?.close();
  });

  const open = async (): Promise<WatchedPage> => {
    const watched = await pages.open({}, [listed.site, unlisted.site]);
    await watched.context.addInitScript(LISTEN);
    return watched;
  };
  const frameOf = async (page: Page, origin: string, index = 0): Promise<Frame> => {
    const found = () => page.frames().filter((frame) => frame !== page.mainFrame() && frame.url().startsWith(origin));
    await until(() => found().length > index);
    return found()[index] as Frame;
  };
  /** Shown by a site that may, with what belongs to it. */
  const framed = async (...others: string[]): Promise<WatchedPage & { frame: Frame; token: string }> => {
    const { url, token } = await pages.session({ at: TICKET_AT });
    const watched = await open();
    await watched.page.goto(listed.showing(url, ...others));
    const frame = await frameOf(watched.page, pages.origin);
    await article(frame, 'Payment failed').waitFor();
    return { ...watched, frame, token };
  };
  const received = (page: Page): Promise<Received[]> => page.evaluate('received');
  const heard = (frame: Page | Frame): Promise<Received[]> => frame.evaluate('heard');
  const say = (page: Page, message: object): Promise<void> =>
    page.evaluate(
      ([said, origin]) => {
        const { frames } = globalThis as unknown as { frames: { postMessage(message: unknown, to: unknown): void }[] };
        frames[0]?.postMessage(said, origin);
      },
      [{ source: 'customer-events', v: 1, ...message }, pages.origin] as const,
    );
  const themeOf = (frame: Page | Frame): Promise<string | null> =>
    frame.locator('customer-timeline').getAttribute('theme');
  const idOfEvent = async (type: string): Promise<string> => {
    const { body } = await pages.service.get(`/customers/user_42/events?type=${type}`).expect(200);
    return (body as { data: { events: { id: string }[] } }).data.events[0]?.id ?? '';
  };

  it('answers the site, follows its theme, and shows the event that it asks for', async () => {
    const { page, frame, faults, token } = await framed();
    const kinds = async (): Promise<string[]> => (await received(page)).map(({ data: { kind } }) => kind);
    await until(async () => (await kinds()).includes('ready') && (await kinds()).includes('height'));
    const readies = (await kinds()).filter((kind) => kind === 'ready').length;
    await say(page, { kind: 'hello' });
    await until(async () => (await kinds()).filter((kind) => kind === 'ready').length === readies + 1);

    await say(page, { kind: 'theme', theme: 'dark' });
    await until(async () => (await themeOf(frame)) === 'dark');
    expect(await frame.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark');

    const eventId = await idOfEvent('trial.started');
    await say(page, { kind: 'focusEvent', eventId });
    await frame.getByText('"pro"').waitFor();
    await until(async () =>
      (await received(page)).some(({ data }) => data.kind === 'opened' && data.eventId === eventId),
    );

    const all = await received(page);
    expect(new Set(all.map(({ origin }) => origin))).toEqual(new Set([pages.origin]));
    for (const { data } of all) expect(data).toMatchObject({ source: 'customer-events', v: 1 });
    const heights = all.flatMap(({ data }) => (data.kind === 'height' ? [data.height] : []));
    for (const height of heights) expect(height).toBeGreaterThan(0);
    expect(JSON.stringify(all)).not.toContain(token.slice(3));
    expect(faults).toEqual([]);
  });

  it('goes on with the token that the site gives it, before its session ends', async () => {
    const watched = await open();
    const { page, faults } = watched;
    await page.clock.install();
    const short = await pages.session({ at: TICKET_AT, ttl: 'PT1M', maxAge: 'PT1M' });
    await page.goto(listed.showing(short.url));
    const frame = await frameOf(page, pages.origin);
    await article(frame, 'Payment failed').waitFor();
    await page.clock.fastForward(31_000);
    await until(async () => (await received(page)).some(({ data }) => data.kind === 'tokenExpiring'));
    const asking = (await received(page)).find(({ data }) => data.kind === 'tokenExpiring');
    expect(asking?.data.expiresAt).toBe(short.renewableUntil);
    const next = await pages.session({ at: TICKET_AT });
    await say(page, { kind: 'token', token: next.token });
    await until(() => tokens.has(next.token));
    await pages.expire(short);
    // What the page has not read yet would be there without having been new.
    const newest = page.waitForResponse(/\/embed\/api\/entries/);
    await frame.getByRole('button', { name: 'Newest' }).click();
    await (await newest).finished();
    await pages.send([event('user_42', 'refund.paid', '2026-04-20T11:00:00Z')]);
    await page.clock.fastForward(15_000);
    await frame.getByRole('button', { name: '1 new event' }).waitFor();
    expect(JSON.stringify(await received(page))).not.toMatch(/es_/);
    expect(faults).toEqual([]);
  });

  it('opens links in windows that know nothing of it, and copies, in the sandbox of the documented frame', async () => {
    const customerExternalId = await pages.newCustomer('linked');
    await pages.service.put('/event-types/order.linked', { url: `${unlisted.site}/?o={payload.id}` }).expect(201);
    await pages.send([event(customerExternalId, 'order.linked', '2026-04-19T19:14:03Z', { id: '1042' })]);
    const { url } = await pages.session({ customerExternalId });
    const { page, context, faults } = await open();
    await page.goto(listed.showing(url));
    const frame = await frameOf(page, pages.origin);
    await article(frame, 'Order linked').click();
    const [linked] = await Promise.all([context.waitForEvent('page'), frame.locator('.event-link').click()]);
    await linked.waitForURL(`${unlisted.site}/?o=1042`);
    // A sandbox would have made its origin `null`.
    expect(await linked.evaluate('[origin, opener === null, document.referrer]')).toEqual([unlisted.site, true, '']);
    await linked.close();
    await frame.getByRole('button', { name: 'Copy the payload' }).click();
    await frame.getByText('Copied', { exact: true }).waitFor({ state: 'attached' });
    expect(faults).toEqual([]);
  });

  it('ignores windows of other origins, and windows of the site that are not around it, and tells them nothing', async () => {
    const { page, frame, context, faults, token } = await framed(unlisted.site, listed.site);
    const stranger = await frameOf(page, unlisted.site);
    const sibling = await frameOf(page, listed.site);
    const [opened] = await Promise.all([
      context.waitForEvent('page'),
      page.evaluate(`void open(${JSON.stringify(unlisted.site)})`),
    ]);
    await opened.waitForLoadState();
    const eventId = await idOfEvent('trial.started');
    const sent = [
      ...[{ kind: 'theme', theme: 'dark' }, { kind: 'hello' }, { kind: 'focusEvent', eventId }],
      { kind: 'token', token: `es_${'x'.repeat(48)}` },
    ].map((message) => ({ source: 'customer-events', v: 1, ...message }));
    const readies = (await received(page)).filter(({ data }) => data.kind === 'ready').length;
    for (const [window, way] of [
      [stranger, 'parent.frames[0]'],
      [sibling, 'parent.frames[0]'],
      [opened, 'opener.frames[0]'],
    ] as const) {
      const before = (await heard(frame)).length;
      await window.evaluate(`for (const message of ${JSON.stringify(sent)}) ${way}.postMessage(message, '*')`);
      await until(async () => (await heard(frame)).length === before + sent.length);
    }
    // Whatever it had done about them would have been done before this.
    await say(page, { kind: 'theme', theme: 'light' });
    await until(async () => (await themeOf(frame)) === 'light');
    expect(await frame.getByText('"pro"').count()).toBe(0);
    expect((await received(page)).filter(({ data }) => data.kind === 'ready')).toHaveLength(readies);
    expect((await received(page)).filter(({ data }) => data.kind === 'opened')).toEqual([]);
    expect(tokens).not.toContain(`es_${'x'.repeat(48)}`);
    expect(tokens).toContain(token);
    for (const window of [stranger, sibling, opened]) expect(await heard(window)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('in a window of its own ignores the window that opened it, and tells it nothing', async () => {
    const { url } = await pages.session({ at: TICKET_AT });
    const { page, context, faults } = await open();
    await page.goto(listed.site);
    const [opened] = await Promise.all([
      context.waitForEvent('page'),
      page.evaluate(`void (window.opened = open(${JSON.stringify(url)}))`),
    ]);
    await article(opened, 'Payment failed').waitFor();
    const theme = JSON.stringify({ source: 'customer-events', v: 1, kind: 'theme', theme: 'dark' });
    await page.evaluate(`opened.postMessage(${theme}, '*')`);
    await until(async () => (await heard(opened)).length === 1);
    await article(opened, 'Trial started').click();
    await opened.getByText('"pro"').waitFor();
    expect(await themeOf(opened)).toBeNull();
    expect(await heard(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it.each([
    ['a site that is not listed', (url: string) => unlisted.showing(url)],
    ['a listed site in a frame of one that is not', (url: string) => unlisted.showing(listed.showing(url))],
  ])('is not shown by %s', async (_, showing) => {
    const { url } = await pages.session();
    const { page, faults, requests } = await open();
    await page.goto(showing(url));
    // The browser says at the console which policy refused it, and shows a page of its own.
    await until(() => page.frames().some((frame) => frame.url().startsWith('chrome-error:')));
    await until(() => faults.length > 0);
    expect(faults).toEqual([expect.stringMatching(/^console: .*frame-ancestors/)]);
    expect(page.frames().filter((frame) => frame.url().startsWith(pages.origin))).toEqual([]);
    expect(requests.filter((asked) => /\/embed\/(api|assets)\//.test(asked))).toEqual([]);
  });
});

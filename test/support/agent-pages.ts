import type { Browser, Frame, Locator, Page } from 'playwright-core';
import { clearPage, launchChromium, openPage, reopenPage, type PageOptions, type WatchedPage } from './chromium.ts';
import { createSession, type CreatedSession } from './embed-session.ts';
import { originOf, startTestService, type TestService } from './test-service.ts';

export const TICKET_AT = '2026-04-20T08:00:00Z';

/** An event as it is sent. */
export const event = (customerExternalId: string, type: string, occurredAt: string, payload: object = {}) => ({
  ...{ customerExternalId, type, occurredAt, payload },
});

/** Seven events before a ticket, four quiet ones in a row and an error among them, and one after it. */
export const story = (customerExternalId: string) => [
  event(customerExternalId, 'trial.started', '2026-04-17T07:00:00Z', { plan: 'pro' }),
  ...[1, 2, 3, 4].map((minute) => event(customerExternalId, 'page.viewed', `2026-04-18T09:0${minute}:00Z`)),
  event(customerExternalId, 'order.placed', '2026-04-19T19:14:03.123456Z', { total: 99.9 }),
  event(customerExternalId, 'payment.failed', '2026-04-20T06:02:00Z', { reason: 'card_declined' }),
  event(customerExternalId, 'invoice.paid', '2026-04-20T10:00:00Z', { invoice: 'in_2' }),
];

export const article = (page: Page | Frame, hasText: string): Locator =>
  page.locator('article').filter({ hasText }).first();

export const shownText = (page: Page | Frame): Promise<string> => page.locator('customer-timeline').innerText();

/** A service in which `user_42` has the events of {@link story}, a browser, and the pages that a test opens in it. */
export class AgentPages {
  private readonly opened: WatchedPage[] = [];
  private readonly reused: WatchedPage[] = [];
  private readonly spare: Page[] = [];

  private constructor(
    readonly service: TestService,
    readonly browser: Browser,
  ) {}

  static async start(...[settings, log]: Parameters<typeof startTestService>): Promise<AgentPages> {
    const [service, browser] = await Promise.all([
      startTestService({ SESSION_READ_LIMITS: '0', ...settings }, log),
      launchChromium(),
    ]);
    await service.put('/event-types/page.viewed', { quiet: true }).expect(201);
    await service.put('/event-types/payment.failed', { severity: 'error' }).expect(201);
    const pages = new AgentPages(service, browser);
    await pages.send(story('user_42'));
    return pages;
  }

  get origin(): string {
    return originOf(this.service);
  }

  async send(events: readonly object[]): Promise<void> {
    await this.service.post('/customer-events/batch', { events }).expect(201);
  }

  async newCustomer(customerExternalId: string, name = 'Grace'): Promise<string> {
    const customer = { email: `${customerExternalId}@example.com`, name };
    await this.service.patch(`/customers/${customerExternalId}`, customer).expect(201);
    return customerExternalId;
  }

  /** Of `user_42`, if nothing else is said; its address leads to `instance`. */
  async session(more: object = {}, instance: Pick<TestService, 'server'> = this.service): Promise<CreatedSession> {
    const body = { customerExternalId: 'user_42', timeZone: 'Europe/Berlin', locale: 'en-GB', ...more };
    const created = await createSession(this.service, body);
    const { pathname, search, hash } = new URL(created.url);
    return { ...created, url: `${originOf(instance)}${pathname}${search}${hash}` };
  }

  /** From now on the session has expired, and cannot be renewed. */
  async expire({ id }: Pick<CreatedSession, 'id'>): Promise<void> {
    const past =
      'UPDATE embed_sessions SET expires_at = to_timestamp(1), renewable_until = to_timestamp(1) WHERE id = $1';
    await this.service.database.query(past, [id]);
  }

  /** An empty page. @param origins that it may ask beside that of the service. */
  async open(options: PageOptions = {}, origins: readonly string[] = []): Promise<WatchedPage> {
    const watched = await openPage(this.browser, [this.origin, ...origins], options);
    this.opened.push(watched);
    return watched;
  }

  /**
   * The same, with the page of a test before where there is one: see {@link reopenPage}. Of the options of a page it
   * knows `viewport` and `refusals`.
   */
  async reopen(
    options: Pick<PageOptions, 'viewport' | 'refusals'> = {},
    origins: readonly string[] = [],
  ): Promise<WatchedPage> {
    const page = this.spare.pop();
    const all = [this.origin, ...origins];
    const watched = await (page === undefined ? openPage(this.browser, all, options) : reopenPage(page, all, options));
    this.reused.push(watched);
    return watched;
  }

  async show(url: string, options: PageOptions = {}): Promise<WatchedPage> {
    const watched = await this.open(options, [new URL(url).origin]);
    await watched.page.goto(url);
    return watched;
  }

  /** In a page of {@link reopen}. */
  async showAgain(url: string, options: Pick<PageOptions, 'viewport' | 'refusals'> = {}): Promise<WatchedPage> {
    const watched = await this.reopen(options, [new URL(url).origin]);
    await watched.page.goto(url);
    return watched;
  }

  /** After each test. */
  async closePages(): Promise<void> {
    for (const { page } of this.reused.splice(0)) {
      await clearPage(page);
      this.spare.push(page);
    }
    for (const { context } of this.opened.splice(0)) await context.close();
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.service.close();
  }
}

import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { AgentPages, article, event, shownText, TICKET_AT } from '../support/agent-pages.ts';
import { describeInChromium } from '../support/chromium.ts';
import { startHttpServer } from '../support/http-server.ts';
import { resize } from '../support/page-layout.ts';
import { until } from '../support/until.ts';

/** The references of elements to others by id that lead nowhere, or to more than one element. */
const BROKEN_REFERENCES = `['aria-labelledby', 'aria-describedby', 'aria-controls', 'for'].flatMap((name) =>
  [...document.querySelectorAll('[' + name + ']')]
    .flatMap((element) => element.getAttribute(name).split(/\\s+/))
    .filter((id) => document.querySelectorAll('#' + CSS.escape(id)).length !== 1)
    .map((id) => name + ' ' + id))`;

describeInChromium('the agent page in a browser', () => {
  let pages: AgentPages;
  let log = '';
  /** Of all requests that reached the service. */
  const headersReceived: NodeJS.Dict<string | string[]>[] = [];

  beforeAll(async () => {
    const destination = { write: (line: string): boolean => ((log += line), true) };
    pages = await AgentPages.start({ LOG_LEVEL: 'info' }, destination as never);
    pages.service.server.on('request', ({ headers }) => headersReceived.push(headers));
  }, 60_000);
  afterEach(() => pages.closePages());
  afterAll(() => pages?.close());

  it('shows the timeline at the ticket, with days, what failed, and quiet events folded, and every reference by id names one element', async () => {
    const { page, faults } = await pages.show((await pages.session({ at: TICKET_AT })).url);
    await article(page, 'Invoice paid').waitFor();
    const text = await shownText(page);
    for (const part of ['Ada', 'user_42@example.com', 'Payment failed', 'Order placed', 'Page viewed', 'Trial started'])
      expect(text).toContain(part);
    // In the time zone of the session: 06:02 UTC is 08:02 in Berlin.
    expect(text).toContain('08:02');
    expect(text).toContain('Ticket opened');
    await article(page, 'Page viewed').locator('.title').first().click();
    await until(async () => (await page.locator('.fold-events article').count()) === 4);
    expect(await page.locator('[role="feed"]').count()).toBeGreaterThan(2);
    expect(await page.evaluate(BROKEN_REFERENCES)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('takes the token out of the address, and puts it nowhere else', async () => {
    const { url, token } = await pages.session();
    const { page, context, faults, requests } = await pages.show(url);
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

  it('sends no Referer, neither to the service nor to a site that an event links to', async () => {
    const atShop: NodeJS.Dict<string | string[]>[] = [];
    const shop = await startHttpServer(({ headers }, response) => {
      atShop.push(headers);
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html><title>Order</title><link rel="icon" href="data:,">');
    }, 'localhost');
    try {
      await pages.service.put('/event-types/order.linked', { url: `${shop.url}/orders/{payload.id}` }).expect(201);
      const customerExternalId = await pages.newCustomer('linked');
      await pages.send([event(customerExternalId, 'order.linked', '2026-04-19T19:14:03Z', { id: '1042' })]);
      const { url, token } = await pages.session({ customerExternalId });
      headersReceived.length = 0;
      const { page, context, requests, faults } = await pages.open({}, [shop.url]);
      await page.goto(url);
      await article(page, 'Order linked').click();
      await page.getByText('"1042"').waitFor();
      expect(requests.filter((asked) => !asked.startsWith(pages.origin) && !asked.startsWith('data:'))).toEqual([]);
      // By a click, and by its key.
      for (const open of [() => page.locator('.event-link').click(), () => page.keyboard.press('o')]) {
        const [linked] = await Promise.all([context.waitForEvent('page'), open()]);
        await linked.waitForURL(`${shop.url}/orders/1042`);
        expect(await linked.evaluate('[opener === null, document.referrer]')).toEqual([true, '']);
        await linked.close();
        await article(page, 'Order linked').focus();
      }
      expect(atShop).toHaveLength(2);
      expect(headersReceived.length).toBeGreaterThan(4);
      for (const headers of [...atShop, ...headersReceived]) expect(headers).not.toHaveProperty('referer');
      for (const headers of atShop) expect(JSON.stringify(headers)).not.toContain(token);
      expect(faults).toEqual([]);
    } finally {
      await shop.close();
    }
  });

  it('shows a payload digit for digit, and copies it as it was sent', async () => {
    const [fraction, integer] = ['0.1234567890123456789', '123456789012345678901234567890'];
    const customerExternalId = await pages.newCustomer('digits');
    const payload = `{"total":${fraction},"id":${integer},"a":1,"a":2}`;
    const when = '"occurredAt":"2026-04-19T19:14:03.123456Z"';
    await pages.service.put('/event-types/digits.sent', { title: 'Sent {payload.id}' }).expect(201);
    await pages.service
      .post('/customer-events', `{"customerExternalId":"digits","type":"digits.sent",${when},"payload":${payload}}`)
      .expect(201);
    const permissions = { permissions: ['clipboard-read', 'clipboard-write'] };
    const { page, faults } = await pages.show((await pages.session({ customerExternalId })).url, permissions);
    await article(page, `Sent ${integer}`).click();
    for (const width of [1280, 320]) {
      await resize(page, width);
      await page.getByText(fraction).first().waitFor();
      const text = await shownText(page);
      for (const part of [`"total": ${fraction}`, `"id": ${integer}`, '.123456', '"a": 1', '"a": 2'])
        expect(text).toContain(part);
      await page.evaluate('navigator.clipboard.writeText("")');
      await page.getByRole('button', { name: 'Copy the payload' }).click();
      await until(async () => (await page.evaluate('navigator.clipboard.readText()')) === payload);
    }
    expect(faults).toEqual([]);
  });

  it('says that there are no events yet, and how to send the first one', async () => {
    const customerExternalId = await pages.newCustomer('nobody');
    const { page, faults } = await pages.show((await pages.session({ customerExternalId })).url);
    await page.getByText('No events yet').first().waitFor();
    expect(await shownText(page)).toContain('/api/v1/customer-events');
    expect(faults).toEqual([]);
  });

  it('shows all events again when the filters are cleared, those that hide quiet events among them', async () => {
    const customerExternalId = await pages.newCustomer('quiet');
    await pages.send([event(customerExternalId, 'page.viewed', '2026-04-19T19:14:03Z')]);
    const { page, faults } = await pages.show((await pages.session({ customerExternalId })).url);
    await article(page, 'Page viewed').waitFor();
    await page.getByLabel('Quiet events').selectOption('hide');
    await page.getByText('No event matches').waitFor();
    expect(await shownText(page)).toContain('quiet events hidden');
    await page.getByRole('button', { name: 'Clear the filters' }).last().press('Enter');
    await article(page, 'Page viewed').waitFor();
    // The button is gone: whoever pressed it goes on from the first event.
    await until(() => page.evaluate('document.activeElement.matches("article")'));
    expect(faults).toEqual([]);
  });

  it('tells of new events, and shows them when they are asked for', async () => {
    const customerExternalId = await pages.newCustomer('live');
    await pages.send([event(customerExternalId, 'a.first', '2026-04-18T10:00:00Z')]);
    const { url } = await pages.session({ customerExternalId });
    const { page, faults } = await pages.open();
    await page.clock.install();
    await page.goto(url);
    await article(page, 'A first').waitFor();
    await pages.send([event(customerExternalId, 'b.second', '2026-04-18T11:00:00Z')]);
    await page.clock.fastForward(15_000);
    const button = page.getByRole('button', { name: /1 new event/ });
    await button.waitFor();
    expect(await article(page, 'B second').count()).toBe(0);
    await button.press('Enter');
    await article(page, 'B second').waitFor();
    await until(() => page.evaluate('document.activeElement.closest("article")?.textContent.includes("B second")'));
    expect(faults).toEqual([]);
  });
});

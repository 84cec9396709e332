import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Frame, Page } from 'playwright-core';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { AgentPages, shownText } from '../support/agent-pages.ts';
import { describeInChromium, type WatchedPage } from '../support/chromium.ts';
import { openDesk, type Desk } from '../support/desk.ts';
import { HOSTILE_TEXTS, MARK } from '../support/hostile-texts.ts';
import { until } from '../support/until.ts';

const AT_ONCE = 30;
const NARROW = { viewport: { width: 320, height: 900 } };
/** What the page is made of. */
const ELEMENTS = [
  ...[
    'article',
    'button',
    'code',
    'dd',
    'details',
    'dialog',
    'div',
    'dl',
    'dt',
    'footer',
    'form',
    'h1',
    'h2',
    'header',
    'i',
    'input',
  ],
  ...[
    'a',
    'aside',
    'kbd',
    'label',
    'li',
    'main',
    'nav',
    'option',
    'p',
    'path',
    'pre',
    'section',
    'select',
    'span',
    'strong',
    'summary',
  ],
  ...['svg', 'time', 'ul'],
];
const STRANGE = `(() => {
  const all = [...document.querySelectorAll('customer-timeline *')];
  const strange = all.filter(({ localName }) => !${JSON.stringify(ELEMENTS)}.includes(localName));
  const handled = all.filter((element) => element.getAttributeNames().some((name) => name.startsWith('on')));
  const linked = [...document.querySelectorAll('[href], [src], [action]')].filter((element) => {
    const url = element.getAttribute('href') ?? element.getAttribute('src') ?? element.getAttribute('action');
    return !/^(https:\\/\\/shop\\.example\\/|assets\\/|data:,$)/.test(url);
  });
  return [...strange, ...handled, ...linked].map(({ outerHTML }) => outerHTML.slice(0, 200));
})()`;

describeInChromium('hostile texts on the agent page', () => {
  let pages: AgentPages;
  let desk: Desk;

  beforeAll(async () => {
    [pages, desk] = await Promise.all([AgentPages.start(), openDesk()]);
    await pages.service.app.get(KeyAdministration).setEmbedOrigins('acme', [desk.site]);
  }, 60_000);
  afterEach(() => pages.closePages());
  afterAll(async () => {
    await desk?.close();
    await pages?.close();
  });

  const expectHarmless = async (page: Page | Frame, { faults, requests }: WatchedPage): Promise<void> => {
    expect(await page.evaluate(STRANGE)).toEqual([]);
    expect(await page.evaluate(`${JSON.stringify(MARK)} in globalThis`)).toBe(false);
    expect(requests.filter((asked) => asked.includes('evil'))).toEqual([]);
    expect(faults).toEqual([]);
  };

  it('are two hundred and more, each another one', () => {
    expect(HOSTILE_TEXTS.length).toBeGreaterThanOrEqual(200);
    expect(new Set(HOSTILE_TEXTS).size).toBe(HOSTILE_TEXTS.length);
  });

  it('are no types and no event ids: the service refuses them', async () => {
    const events = HOSTILE_TEXTS.filter((text) => !/^[A-Za-z0-9_.:-]+$/.test(text)).flatMap((text) => [
      { customerExternalId: 'user_42', type: text, payload: {} },
      { customerExternalId: 'user_42', type: 'hostile.id', eventId: text, payload: {} },
    ]);
    const { body } = await pages.service.post('/customer-events/batch', { events });
    const { results } = (body as { data: { results: { status: string }[] } }).data;
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']));
  });

  it('are shown as texts in titles, fields, payloads and their keys, and links', async () => {
    const customerExternalId = await pages.newCustomer('hostile');
    const rule = {
      title: '{payload.text}',
      url: 'https://shop.example/{payload.text}',
      fields: [{ label: 'Text', path: 'payload.text' }],
    };
    await pages.service.put('/event-types/hostile.sent', rule).expect(201);
    const start = Date.parse('2026-04-18T10:00:00Z');
    await pages.send(
      HOSTILE_TEXTS.map((text, index) => ({
        ...{ customerExternalId, type: 'hostile.sent', occurredAt: new Date(start + index * 60_000).toISOString() },
        payload: { text, [text]: [text, { [text]: text }] },
      })),
    );
    const session = await pages.session({ customerExternalId });
    const watched = await pages.showAgain(session.url, NARROW);
    const { page } = watched;
    await page.locator('article').first().waitFor();
    // One fold for a day: opened, with all that is in it.
    const events = page.locator('article[data-event]');
    await until(async () => {
      await page.evaluate(`for (const title of document.querySelectorAll('.fold:not(.open) .title')) title.click();
        for (const more of document.querySelectorAll('.load button, .edge button')) more.click();
        document.querySelector('.app').scrollTop = 1e6;`);
      return (await events.count()) === HOSTILE_TEXTS.length;
    });
    // Some at once, since each that is open is looked at again when another one opens.
    const toggle = (from: number): Promise<void> =>
      page.evaluate(`[...document.querySelectorAll('article[data-event] .title')].slice(${from}, ${from + AT_ONCE})
        .forEach((title) => title.click())`);
    const payloads = page.locator('article[data-event] .payload pre');
    let text = '';
    for (let from = 0; from < HOSTILE_TEXTS.length; from += AT_ONCE) {
      await toggle(from);
      await until(async () => (await payloads.count()) === Math.min(AT_ONCE, HOSTILE_TEXTS.length - from));
      text += (await page.locator('customer-timeline').textContent()) ?? '';
      await expectHarmless(page, watched);
      await toggle(from);
      await until(async () => (await payloads.count()) === 0);
    }
    // All that can be seen of them is seen, letter for letter.
    const seen = HOSTILE_TEXTS.filter((one) => /^[\x20-\x7e]+$/.test(one));
    expect(seen.length).toBeGreaterThan(150);
    expect(seen.filter((one) => !text.includes(`${JSON.stringify(one)}: [`))).toEqual([]);
  }, 60_000);

  it('are shown as texts in titles and labels that a rule gives, in the list of types and as filters', async () => {
    const customerExternalId = await pages.newCustomer('rules');
    const plain = (text: string): string => text.replaceAll('{', '{{').replaceAll('}', '}}');
    const labels = (index: number): { label: string; path: string }[] =>
      HOSTILE_TEXTS.slice(index * 2, index * 2 + 2).map((label) => ({
        label: label.slice(0, 40),
        path: 'type',
      }));
    const { body } = await pages.service.get('/event-types');
    const { rules } = (body as { data: { rules: object[] } }).data;
    const texts = HOSTILE_TEXTS.filter((text) => text.trim() !== '');
    const hostile = texts.map((text, index) => ({
      pattern: `type_${index}`,
      rule: { title: plain(text), description: text, fields: labels(index) },
    }));
    const put = await pages.service.put('/event-types', { rules: [...rules, ...hostile] });
    expect([put.status, put.body.details]).toEqual([200, undefined]);
    await pages.send(
      texts.map((_, index) => ({
        ...{
          customerExternalId,
          type: `type_${index}`,
          occurredAt: `2026-04-18T10:00:00.${String(index).padStart(6, '0')}Z`,
        },
        payload: {},
      })),
    );
    const watched = await pages.showAgain((await pages.session({ customerExternalId })).url, NARROW);
    const { page } = watched;
    await page.locator('article').first().waitFor();
    await page.locator('#types summary').click();
    await page.locator('.type-filter').fill('<img');
    await page.locator('.type-choice input').first().check();
    await until(async () => (await page.locator('article[data-event]').count()) === 1);
    await page.keyboard.press('Escape');
    await page.locator('article[data-event] .title').click();
    await page.locator('#find').fill('<script>nothing</script>');
    await page.getByText('No event matches').waitFor();
    expect(await shownText(page)).toContain('the text “<script>nothing</script>”');
    await expectHarmless(page, watched);
  });

  it('are shown as texts in the names, ids and plans of customers', async () => {
    const first = await pages.session();
    const watched = await pages.open({}, [desk.site]);
    const { page } = watched;
    await page.goto(desk.showing(first.url));
    await until(() => page.frames().length > 1);
    const frame = page.frames()[1] as Frame;
    await frame.locator('h1').filter({ hasText: 'Ada' }).waitFor();
    // Some in one name, as there may be 255 characters; one after the other by tokens of the site around.
    const groups = grouped(HOSTILE_TEXTS, 240);
    for (const [index, texts] of groups.entries()) {
      const name = texts.join('');
      const customerExternalId = `${index}${name}`;
      const customer = { customerExternalId, name, metadata: { plan: texts.join(' ') } };
      const stored = await pages.service.patch(`/customers/${encodeURIComponent(customerExternalId)}`, {
        ...{ name, email: `hostile-${index}@example.com`, metadata: customer.metadata },
      });
      expect([index, stored.status]).toEqual([index, 201]);
      const { token } = await pages.session({ customerExternalId });
      const message = JSON.stringify({ source: 'customer-events', v: 1, kind: 'token', token });
      await page.evaluate(`frames[0].postMessage(${message}, ${JSON.stringify(pages.origin)})`);
      await until(
        async () => (await frame.locator('.customer-ids').textContent())?.includes(customerExternalId) === true,
      );
      expect(await frame.locator('.customer h1').textContent()).toBe(name);
      expect(await frame.locator('.plan').count()).toBe(1);
    }
    await expectHarmless(frame, watched);
  });
});

/** Neighbours together, as many as `length` characters hold. */
function grouped(texts: readonly string[], length: number): string[][] {
  const groups: string[][] = [[]];
  for (const text of texts) {
    if ([...(groups.at(-1) ?? []), text].join(' ').length > length) groups.push([]);
    groups.at(-1)?.push(text);
  }
  return groups;
}

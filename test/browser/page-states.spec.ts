import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { AgentPages, article, event, TICKET_AT } from '../support/agent-pages.ts';
import { axeViolations } from '../support/axe.ts';
import { describeInChromium, type PageOptions, type WatchedPage } from '../support/chromium.ts';
import { openDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts';
import { until } from '../support/child.ts';
import { createSession, embedApi } from '../support/embed-session.ts';
import { controlRows, cutControls, resize, scrolledSideways } from '../support/page-layout.ts';
import { startServiceOn, withKey } from '../support/test-service.ts';
import { FULL } from '../support/drill.ts';

type Instance = Awaited<ReturnType<typeof startServiceOn>>;

/** On a full screen, in the middle, beside a conversation; narrower than the last one nobody is promised anything. */
/** All with DRILL=full. */
const WIDTHS = FULL ? [1280, 768, 320] : [320];
const NARROWEST = 280;

interface State {
  readonly name: string;
  /** What the page says in it. */
  readonly says: string | RegExp;
  readonly open: () => Promise<WatchedPage>;
  /** Whether events that were shown before still are. */
  readonly keepsEvents?: true;
  /** Brings back what a change of the width takes away. */
  readonly again?: (page: Page) => Promise<void>;
}

describeInChromium('the agent page in each of its states', () => {
  let pages: AgentPages;
  let proxy: DatabaseProxy;
  /** Reads the database by way of the proxy. */
  let cutOff: Instance;
  /** Gives a session 12 reads a minute: the head costs 10, the first events 1. */
  let limited: Instance;
  /** Remembers sessions, so that it finds their customer gone. */
  let remembering: Instance;
  const silent = { write: () => true } as never;

  beforeAll(async () => {
    pages = await AgentPages.start();
    const { database } = pages.service;
    proxy = await openDatabaseProxy(database.url);
    await proxy.restore();
    // A way that is cut refuses at once: these are for a busy machine.
    const impatient = { DATABASE_CONNECT_TIMEOUT_MS: '1000', DATABASE_STATEMENT_TIMEOUT_MS: '1000' };
    [cutOff, limited, remembering] = await Promise.all([
      startServiceOn({ ...database, url: proxy.url }, { ...impatient, SESSION_READ_LIMITS: '0' }, silent),
      startServiceOn(database, { SESSION_READ_LIMITS: '12/60' }, silent),
      startServiceOn(database, { SESSION_READ_LIMITS: '0', API_KEY_CACHE_MS: '9000' }, silent),
    ]);
    const fields = [
      { label: 'Order', path: 'payload.order' },
      { label: 'Total', path: 'payload.total' },
    ];
    await pages.service
      .put('/event-types/order.shipped', {
        fields,
        url: 'https://shop.example/orders/{payload.order}',
        icon: 'package',
      })
      .expect(201);
    const customer = await pages.newCustomer('busy', 'Countess Augusta Ada King-Noel of Lovelace, born Byron');
    await pages.send([
      ...Array.from({ length: 14 }, (_, n) => event(customer, `type_${n}.happened`, `2026-04-1${n % 9}T10:00:00Z`)),
      ...[1, 2, 3, 4, 5].map((minute) => event(customer, 'page.viewed', `2026-04-19T09:0${minute}:00Z`)),
      ...[1, 2, 3].map((minute) => event(customer, 'seat.added', `2026-04-19T10:0${minute}:00Z`)),
      event(customer, 'order.shipped', '2026-04-19T21:14:03.123456Z', {
        ...{ order: '1042', total: 99.9, address: { city: 'Łódź', street: 'a'.repeat(300) }, gifts: [] },
      }),
      event(customer, 'card.declined', '2026-04-20T06:02:00Z'),
    ]);
  }, 60_000);
  afterEach(async () => {
    await pages.closePages();
    await proxy.cut();
    await proxy.restore();
    // Its connections are gone: the page itself would be refused by one that it has not noticed yet.
    await until(async () => (await withKey(cutOff, pages.service.key).get('/customers/user_42')).status === 200);
  });
  afterAll(async () => {
    await Promise.all([cutOff, limited, remembering].map((instance) => instance?.close()));
    await proxy?.close();
    await pages?.close();
  });

  const showSession = async (more: object, options: PageOptions = {}, instance: Instance = pages.service) =>
    pages.showAgain((await pages.session(more, instance)).url, options);
  /** With the events of a customer. */
  const shown = async (options: PageOptions = {}, instance: Instance = pages.service): Promise<WatchedPage> => {
    const watched = await showSession({ at: TICKET_AT }, options, instance);
    await article(watched.page, 'Payment failed').waitFor();
    return watched;
  };
  const busy = async (): Promise<WatchedPage> => {
    const watched = await showSession({ customerExternalId: 'busy', at: TICKET_AT });
    await article(watched.page, 'Card declined').waitFor();
    return watched;
  };
  /** Asks the service for something. */
  const newest = (page: Page): Promise<void> => page.getByRole('button', { name: 'Newest' }).click();
  /** A page of which a request does what it says before it is sent, or is never sent. */
  const before = async (path: string, does: (() => Promise<void>) | null, options: PageOptions = {}) => {
    const { url } = await pages.session({ at: TICKET_AT }, does === null ? pages.service : cutOff);
    const watched = await pages.open(options, [new URL(url).origin]);
    await watched.page.route(`**/embed/api/${path}*`, async (route) => {
      if (does === null) return;
      await does();
      await route.continue();
    });
    await watched.page.goto(url);
    return watched;
  };
  /** With an event that is erased after it was shown. */
  const withErased = async (externalId: string): Promise<WatchedPage> => {
    const customerExternalId = await pages.newCustomer(externalId);
    const sent = await pages.service.post('/customer-events', event(customerExternalId, 'card.declined', TICKET_AT));
    await pages.send([event(customerExternalId, 'order.placed', '2026-04-19T19:14:03Z')]);
    const watched = await showSession({ customerExternalId, at: TICKET_AT }, { refusals: [404] });
    await article(watched.page, 'Card declined').waitFor();
    const { id } = (sent.body as { data: { id: string } }).data;
    await pages.service.delete(`/customers/${customerExternalId}/events/${id}`).expect(200);
    return watched;
  };

  const withPublicKey = async (publicKey: string, options: PageOptions = {}): Promise<WatchedPage> => {
    const url = new URL((await pages.session()).url);
    url.searchParams.set('k', publicKey);
    return pages.showAgain(url.href, options);
  };

  const states: readonly State[] = [
    {
      name: 'while the head is loaded',
      says: 'Loading the timeline…',
      open: () => before('head', null),
    },
    {
      name: 'while the first events are loaded',
      says: 'Loading the timeline…',
      open: () => before('entries', null),
    },
    {
      name: 'without events',
      says: 'No events yet',
      open: async () => showSession({ customerExternalId: await pages.newCustomer('nobody') }),
    },
    {
      name: 'with filters that nothing matches',
      says: 'No event matches',
      open: async () => {
        const watched = await busy();
        await watched.page.locator('#find').fill('nothing of the sort');
        return watched;
      },
    },
    {
      name: 'with a long name, many types and folded events',
      says: 'Seat added ×3',
      open: busy,
      keepsEvents: true,
    },
    {
      name: 'with open folds',
      says: '12:02',
      open: async () => {
        const watched = await busy();
        await watched.page.getByRole('button', { name: 'Seat added ×3' }).click();
        await watched.page.getByRole('button', { name: 'Page viewed ×5' }).click();
        return watched;
      },
      keepsEvents: true,
    },
    {
      name: 'with an open event',
      says: '"gifts"',
      open: async () => {
        const watched = await busy();
        await watched.page.getByRole('button', { name: 'Order shipped' }).click();
        return watched;
      },
      keepsEvents: true,
    },
    {
      name: 'with an open event that was erased meanwhile',
      says: 'This event is not there any more',
      open: async () => {
        const watched = await withErased('erased-1');
        await watched.page.getByRole('button', { name: 'Card declined' }).last().click();
        return watched;
      },
      keepsEvents: true,
    },
    {
      name: 'after a jump to an event that was erased meanwhile',
      says: 'This event is not there any more',
      open: async () => {
        const watched = await withErased('erased-2');
        await watched.page.locator('.attention-line').click();
        return watched;
      },
      keepsEvents: true,
    },
    {
      name: 'with the types to choose from',
      says: 'Type 13 happened',
      open: busy,
      again: async (page) => {
        const isOpen = await page.evaluate('document.querySelector("#types")?.open ?? true');
        if (isOpen !== true) await page.locator('#types summary').click();
      },
    },
    {
      name: 'with the help for the keyboard',
      says: 'Keyboard in the list of events',
      open: async () => {
        const watched = await shown();
        await watched.page.getByRole('button', { name: 'Keyboard' }).click();
        return watched;
      },
    },
    {
      name: 'with new events',
      says: '1 new event',
      open: async () => {
        const customerExternalId = await pages.newCustomer('live');
        await pages.send([event(customerExternalId, 'a.first', '2026-04-18T10:00:00Z')]);
        const { url } = await pages.session({ customerExternalId });
        const watched = await pages.open();
        await watched.page.clock.install();
        await watched.page.goto(url);
        await article(watched.page, 'A first').waitFor();
        await pages.send([event(customerExternalId, 'b.second', '2026-04-18T11:00:00Z')]);
        await watched.page.clock.fastForward(15_000);
        return watched;
      },
      keepsEvents: true,
    },
    {
      name: 'with too many requests at once',
      says: 'Too many requests',
      open: async () => {
        const { token, url } = await pages.session({ at: TICKET_AT }, limited);
        await embedApi(limited, token).head().expect(200);
        return pages.showAgain(url, { refusals: [429] });
      },
    },
    {
      name: 'with too many requests later',
      says: 'Too many requests',
      open: async () => {
        const watched = await shown({ refusals: [429] }, limited);
        await newest(watched.page);
        return watched;
      },
      keepsEvents: true,
    },
    {
      name: 'with a database that is away at once',
      says: 'The service does not answer right now',
      open: () => before('head', () => proxy.cut(), { refusals: [503] }),
    },
    {
      name: 'that cannot itself be loaded, with a database that is away',
      says: 'The service does not answer right now',
      open: async () => {
        const { url } = await pages.session({ at: TICKET_AT }, cutOff);
        await proxy.cut();
        const watched = await pages.open({ refusals: [503] }, [new URL(url).origin]);
        // It would load itself again in the middle of the test.
        await watched.page.clock.install();
        await watched.page.goto(url);
        return watched;
      },
    },
    {
      name: 'with a database that is away later',
      says: 'The service does not answer right now',
      open: async () => {
        const watched = await shown({ refusals: [503] }, cutOff);
        await proxy.cut();
        await newest(watched.page);
        return watched;
      },
      keepsEvents: true,
    },
    {
      name: 'without a network',
      says: 'No connection to the service',
      open: async () => {
        const watched = await shown();
        await watched.context.setOffline(true);
        await newest(watched.page);
        return watched;
      },
      keepsEvents: true,
    },
    {
      name: 'with a service that was stopped',
      says: 'No connection to the service',
      open: async () => {
        const stopped = await startServiceOn(pages.service.database, { SESSION_READ_LIMITS: '0' }, silent);
        const watched = await shown({}, stopped);
        await stopped.close();
        await newest(watched.page);
        return watched;
      },
      keepsEvents: true,
    },
    {
      name: 'of a customer that was erased',
      says: 'This customer was erased',
      open: async () => {
        const customerExternalId = await pages.newCustomer('erased');
        const { token, url } = await pages.session({ customerExternalId }, remembering);
        await embedApi(remembering, token).head().expect(200);
        await pages.service.delete(`/customers/${customerExternalId}`).expect(200);
        return pages.showAgain(url, { refusals: [404] });
      },
    },
    {
      name: 'of a session that expired before',
      says: 'EMBED_SESSION_EXPIRED',
      open: async () => {
        const session = await pages.session();
        await pages.expire(session);
        return pages.showAgain(session.url, { refusals: [401] });
      },
    },
    {
      name: 'of a session that expired meanwhile',
      says: 'EMBED_SESSION_EXPIRED',
      open: async () => {
        const session = await pages.session({ at: TICKET_AT });
        const watched = await pages.showAgain(session.url, { refusals: [401] });
        await article(watched.page, 'Payment failed').waitFor();
        await pages.expire(session);
        await newest(watched.page);
        return watched;
      },
      keepsEvents: true,
    },
    {
      name: 'of a session that was ended before',
      says: 'EMBED_SESSION_INVALID',
      open: async () => {
        const { id, url } = await pages.session();
        await pages.service.delete(`/embed/sessions/${id}`).expect(200);
        return pages.showAgain(url, { refusals: [401] });
      },
    },
    {
      name: 'of a session that was ended meanwhile',
      says: 'This session was ended',
      open: async () => {
        const { id, url } = await pages.session({ at: TICKET_AT });
        const watched = await pages.showAgain(url, { refusals: [401] });
        await article(watched.page, 'Payment failed').waitFor();
        await pages.service.delete(`/embed/sessions/${id}`).expect(200);
        // The page may have asked by itself before.
        const { page } = watched;
        await page.getByRole('button', { name: 'Newest' }).or(page.getByText('This session was ended')).first().click();
        return watched;
      },
    },
    {
      name: 'of an app that nobody knows',
      says: 'EMBED_APP_UNKNOWN',
      open: async () => withPublicKey(`pk_live_${'x'.repeat(48)}`, { refusals: [403] }),
    },
    {
      name: 'of a public key that is none',
      says: 'The address names no app',
      open: async () => withPublicKey('ключ'),
    },
    {
      name: 'of another app than that of the session',
      says: 'The session belongs to another app',
      open: async () => {
        const { service } = pages;
        const other = withKey(service, service.otherKey);
        await other.patch('/customers/user_42', { email: 'other@example.com', name: 'Other' }).expect(201);
        const key = new URL((await createSession(other)).url).searchParams.get('k');
        return withPublicKey(key ?? '', { refusals: [403] });
      },
    },
    {
      name: 'without a token',
      says: 'The address has no token',
      open: async () => {
        const { url } = await pages.session();
        return pages.showAgain(url.slice(0, url.indexOf('#')));
      },
    },
  ];

  it('comes by itself when the database is back, where it could not itself be loaded', async () => {
    const { url } = await pages.session({ at: TICKET_AT }, cutOff);
    await proxy.cut();
    const { page, faults } = await pages.show(url, { refusals: [503] });
    await page.getByText('SERVICE_UNAVAILABLE').waitFor();
    await proxy.restore();
    await article(page, 'Payment failed').waitFor();
    expect(faults).toEqual([]);
  });

  it.each(states)('has nothing that axe objects to, $name', async ({ says, open, again, keepsEvents }) => {
    const { page, faults } = await open();
    await page.getByText(says).first().waitFor();
    const objections: string[] = [];
    const look = async (width: number): Promise<void> => {
      await resize(page, width);
      await again?.(page);
      expect(await page.getByText(says).first().isVisible()).toBe(true);
      if (keepsEvents) expect(await page.locator('article[data-event]').count()).toBeGreaterThan(0);
      const sideways = (await scrolledSideways(page)).map((element) => `sideways: ${element}`);
      objections.push(...[...sideways, ...(await cutControls(page))].map((text) => `${width} ${text}`));
      expect(await controlRows(page)).toBeLessThanOrEqual(2);
    };
    for (const width of WIDTHS) {
      await look(width);
      for (const [colorScheme, rules] of [
        ['light', 'all'],
        ['dark', 'of colours'],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        const violations = await axeViolations(page, rules);
        objections.push(...violations.map((text) => `${width} ${colorScheme} ${text}`));
      }
    }
    await look(NARROWEST);
    expect(objections).toEqual([]);
    expect(faults).toEqual([]);
  });
});

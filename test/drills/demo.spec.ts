import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startEmbeddedPostgres } from '../../libs/embedded-postgres/embedded-postgres.ts';
import type { Child } from '../support/child.ts';
import { queryOnce } from '../support/query-once.ts';
import { servesAt, Workplace } from '../support/service-process.ts';

jest.setTimeout(180_000);

const LINK = /^(http:\/\/localhost:\d+)\/embed\/timeline\?k=(pk_live_[A-Za-z0-9]{48})#t=(es_[A-Za-z0-9]{48})$/m;
const KEY = /sk_live_agent_[A-Za-z0-9]{48}/;

interface Shown {
  readonly type: string;
  readonly occurredAt: string;
  readonly display: {
    readonly title: string;
    readonly severity: string;
    readonly quiet: boolean;
    readonly fields: object[];
  };
}

describe('the demo of an installation with the embedded PostgreSQL', () => {
  let workplace: Workplace;

  beforeEach(() => {
    workplace = Workplace.withCluster();
  });
  afterEach(() => workplace.close());

  const stopped = async (child: Child): Promise<void> => {
    child.kill('SIGTERM');
    expect(await child.ends()).toEqual({ code: 0, signal: null });
  };
  /** What the page does with a link: it loads itself and its files, and asks with the token. */
  const opened = async (child: Child) => {
    const [link = '', address = '', publicKey = '', token = ''] = await child.prints(LINK);
    expect(link).toContain(address);
    const page = await fetch(link);
    expect(page.status).toBe(200);
    const html = await page.text();
    const files = [...html.matchAll(/(?:src|href)="(assets\/[^"]+)"/g)].map(
      ([, file]) => new URL(file as string, page.url),
    );
    expect(files).toHaveLength(2);
    for (const file of files) expect((await fetch(file)).status).toBe(200);
    const ask = (path: string) =>
      fetch(`${address}/embed/api/${path}`, {
        headers: { Authorization: `Bearer ${token}`, 'X-Public-Key': publicKey },
      });
    return { address, token, ask };
  };
  const headOf = async (ask: (path: string) => Promise<Response>) => {
    const response = await ask('head');
    expect(response.status).toBe(200);
    return ((await response.json()) as { data: { customer: { externalId: string }; session: { at: string } } }).data;
  };
  const eventsOf = async (address: string, key: string): Promise<Shown[]> => {
    const url = `${address}/api/v1/customers/cus_demo/events?display=true&limit=100`;
    const response = await fetch(url, { headers: { 'X-API-Key': key } });
    expect(response.status).toBe(200);
    return ((await response.json()) as { data: { events: Shown[] } }).data.events;
  };

  /** In whose name the sessions of the printed links were made. */
  const makersOfSessions = async (address: string, key: string): Promise<string[]> => {
    const url = `${address}/api/v1/audit?action=session.created`;
    const response = await fetch(url, { headers: { 'X-API-Key': key } });
    const { entries } = ((await response.json()) as { data: { entries: { actor: { id: string } }[] } }).data;
    return entries.map(({ actor }) => actor.id);
  };

  it('is a timeline that a browser opens by the printed link, in words, as of its ticket, until one command deletes it', async () => {
    const first = workplace.start();
    const address = await servesAt(first);
    const { ask } = await opened(first);
    const [key] = await first.prints(KEY);
    const events = await eventsOf(address, key as string);
    const head = await headOf(ask);

    expect(events.length).toBeGreaterThanOrEqual(25);
    expect(events.length).toBeLessThanOrEqual(40);
    expect(head.customer.externalId).toBe('cus_demo');
    const ticket = events.find(({ type }) => type === 'ticket.opened');
    expect(head.session.at).toBe(ticket?.occurredAt);
    for (const { occurredAt, display } of events) {
      expect(Date.parse(occurredAt)).toBeLessThan(Date.now());
      expect(Date.parse(occurredAt)).toBeGreaterThan(Date.now() - 16 * 86_400_000);
      expect(display.title).not.toMatch(/[{}—]|payload/);
      expect(JSON.stringify(display.fields)).not.toContain('—');
    }
    const titles = new Set(events.map(({ display }) => display.title));
    expect([...titles]).toEqual(
      expect.arrayContaining([
        'Payment failed: card declined',
        'Upgraded from Trial to Pro',
        'Invoice paid',
        'Page viewed',
      ]),
    );
    expect(events.filter(({ display }) => display.quiet).length).toBeGreaterThan(8);
    expect(new Set(events.map(({ display }) => display.severity))).toEqual(
      new Set(['info', 'success', 'warning', 'error']),
    );
    expect(first.stdout()).not.toMatch(/pk_live_|es_[A-Za-z0-9]{48}/);
    const [, words = ''] = await first.prints(/To delete the demo: (?:DATA_DIR=\S+ )?npm run --silent cli -- (.+)/);
    await stopped(first);

    const second = workplace.start({ API_KEY_CACHE_MS: '0' });
    const again = await opened(second);
    expect(await headOf(again.ask)).toMatchObject({ session: { at: ticket?.occurredAt } });
    expect(second.output()).not.toMatch(KEY);
    expect(await eventsOf(again.address, key as string)).toHaveLength(events.length);
    expect(await makersOfSessions(again.address, key as string)).toEqual(['start', 'start']);

    // By the command that the first start has printed, while the service runs. It would wait for requests that have
    // begun before the suspension; this app was suspended long ago.
    const adopted = await startEmbeddedPostgres({ dataDir: workplace.dataDir });
    await queryOnce({ connectionString: adopted.url() }, "UPDATE apps SET suspended_at = now() - interval '1 day'");
    await adopted.stop();
    expect(await workplace.command(words.split(' '))).toMatchObject({ code: 0 });
    expect((await again.ask('head')).status).toBe(401);
    expect((await workplace.command(['apps', 'list'])).stdout).not.toContain('demo');
    await stopped(second);
  });

  it('has no link with EMBED_ENABLED=false, and none for an app of INIT_APP', async () => {
    const without = workplace.start({ EMBED_ENABLED: 'false' });
    await servesAt(without);
    expect(without.output()).toMatch(KEY);
    expect(without.output()).not.toContain('/embed/');
    await stopped(without);
    const acme = workplace.start({ INIT_APP: 'acme' });
    await servesAt(acme);
    expect(acme.output()).not.toContain('/embed/');
    await stopped(acme);
  });
});

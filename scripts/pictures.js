/*
 * npm run pictures   writes docs/pictures anew
 *
 * Starts the built service with a fresh folder and its demo, as `npm start` does, on a day that is always the same, and
 * takes the pictures in Chromium: CHROMIUM names another one than /usr/bin/chromium. The pictures depend on the fonts of
 * the machine, so look at them before you commit them.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT } from './dist.js';

/** When the pictures are taken: 45 minutes after the ticket of the demo, at 10:45 in the browser. */
const NOW = Date.parse('2026-04-20T08:45:00Z');
const TICKET_AT = '2026-04-20T08:00:00Z';
const ZONE = { timezoneId: 'Europe/Berlin', locale: 'en-GB' };
const CUSTOMER = 'cus_4711';
const EMAIL = 'katherine@example.com';
const PICTURES = join(ROOT, 'docs', 'pictures');
const EXAMPLES = join(ROOT, 'docs', 'examples', 'embed');

/** Moves the clock of a process to NOW: what it records arrives on that day. */
const CLOCK = `
  const [RealDate, ahead] = [Date, ${NOW} - Date.now()];
  globalThis.Date = class extends RealDate {
    static now = () => RealDate.now() + ahead;
    constructor(...given) { super(...(given.length === 0 ? [RealDate.now() + ahead] : given)); }
  };`;

const children = [];

function start(args, env) {
  const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH, PORT: '0', ...env } });
  const printed = { text: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed.text += chunk));
  const ended = new Promise((resolve) => child.on('close', resolve));
  children.push({ child, ended });
  return async (pattern) => {
    let isOver = false;
    void ended.then(() => (isOver = true));
    for (;;) {
      const match = pattern.exec(printed.text);
      if (match !== null) return match[1] ?? match[0];
      if (isOver) throw new Error(`${args.at(-1)} ended:\n${printed.text}`);
      await new Promise((next) => setTimeout(next, 50));
    }
  };
}

async function startService(folder) {
  const clock = `data:text/javascript,${encodeURIComponent(CLOCK)}`;
  const main = join(ROOT, 'dist', 'src', 'main.js');
  const settings = { HOST: '127.0.0.1', LOG_LEVEL: 'info', DATA_DIR: join(folder, 'data') };
  const prints = start(['--import', clock, main], settings);
  const key = await prints(/sk_live_agent_\w{48}/);
  const address = (await prints(/"url":"(http:[^"]+)","msg":"ready"/)).replace('127.0.0.1', 'localhost');
  return { key, address, settings };
}

/** A customer with the story of the demo at instants that are always the same, and one event more. */
async function tellStory({ key, address }) {
  const { demoStory } = await import('../dist/src/app/demo-story.js');
  const ask = async (method, path, body) => {
    const headers = { 'X-API-Key': key, 'Content-Type': 'application/json' };
    const response = await fetch(`${address}/api/v1/${path}`, { method, headers, body });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()).data;
  };
  const person = { name: 'Katherine Johnson', email: EMAIL, metadata: { plan: 'Pro', seats: 8 } };
  await ask('PATCH', `customers/${CUSTOMER}`, JSON.stringify(person));
  const events = demoStory(CUSTOMER, NOW).map(
    ({ type, payload, occurredAt, eventId }) =>
      `{"customerExternalId":"${CUSTOMER}","type":"${type}","occurredAt":"${occurredAt}","eventId":"${eventId}",` +
      `"payload":${payload.text.replaceAll('cus_demo@example.com', EMAIL)}}`,
  );
  await ask('POST', 'customer-events/batch', `{"events":[${events.join()}]}`);
  await ask(
    'POST',
    'customer-events',
    `{"customerExternalId":"${CUSTOMER}","type":"usage.metered","occurredAt":"2026-04-20T08:31:07.123456Z","eventId":"usage-2026-04-20",` +
      '"payload":{"meter":"reports","rows":123456789012345678901234567890,"price":0.1234567890123456789,"currency":"USD"}}',
  );
  const session = JSON.stringify({ customerExternalId: CUSTOMER, at: TICKET_AT });
  return async () => (await ask('POST', 'embed/sessions', session)).url;
}

/** The help desk of docs/examples/embed, with its session backend. */
async function openDesk({ key, address, settings }) {
  const backend = start([join(EXAMPLES, 'session-backend.mjs')], { EVENTS_URL: address, EVENTS_KEY: key });
  const desk = start([join(EXAMPLES, 'desk.mjs')], { BACKEND_URL: await backend(/http:\S+/) });
  const origin = await desk(/http:\S+/);
  const cli = join(ROOT, 'dist', 'src', 'cli.js');
  const set = start([cli, 'apps', 'set', '--slug', 'demo', '--embed-origins', origin, '--json'], settings);
  await set(/"slug"/);
  return `${origin}/?customerExternalId=${CUSTOMER}&at=${TICKET_AT}`;
}

async function takePictures(browser, deskUrl, sessionUrl) {
  const picture = async (name, options, url, prepare) => {
    const context = await browser.newContext({ ...ZONE, reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    await page.clock.setFixedTime(NOW);
    await page.goto(url);
    await prepare(page);
    // Nothing has the focus or the pointer on it.
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(PICTURES, `${name}.png`), animations: 'disabled', caret: 'hide' });
    await context.close();
    console.log(`docs/pictures/${name}.png`);
  };
  const wide = (colorScheme) => ({ viewport: { width: 1280, height: 640 }, colorScheme });
  const event = (page, title) => page.locator('article').filter({ hasText: title }).first();
  const isThere = (page) => event(page, 'Payment failed').waitFor();

  await picture('beside-a-ticket', { viewport: { width: 960, height: 680 }, colorScheme: 'light' }, deskUrl, (page) =>
    isThere(page.frameLocator('iframe')),
  );
  await picture('light', wide('light'), await sessionUrl(), async (page) => {
    await event(page, 'Payment failed').click();
    await page.getByText('"card declined"').waitFor();
  });
  await picture('dark', wide('dark'), await sessionUrl(), isThere);
  const narrow = { viewport: { width: 640, height: 680 }, colorScheme: 'light' };
  await picture('exact-digits', narrow, await sessionUrl(), async (page) => {
    await event(page, 'Usage metered').click();
    await page.getByText('0.1234567890123456789').waitFor();
    await event(page, 'Usage metered').scrollIntoViewIfNeeded();
  });
}

const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
// The embedded PostgreSQL runs under an account of its own where this one is root.
chmodSync(folder, 0o755);
try {
  mkdirSync(PICTURES, { recursive: true });
  const service = await startService(folder);
  const sessionUrl = await tellStory(service);
  const deskUrl = await openDesk(service);
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  await takePictures(browser, deskUrl, sessionUrl);
  await browser.close();
} finally {
  for (const { child, ended } of children) {
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}

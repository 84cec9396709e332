/*
 * npm run pictures   writes docs/pictures anew
 *
 * Starts the built service with a fresh folder and its demo, as `npm start` does, on a day that is always the same, and
 * takes the pictures in Chromium: CHROMIUM names another one than /usr/bin/chromium. The pictures depend on the fonts of
 * the machine, so look at them before you commit them.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT } from './dist.js';

/** When the pictures are taken: 45 minutes after the ticket of the demo, at 10:45 in the browser. */
const NOW = Date.parse('2026-04-20T08:45:00Z');
const TICKET_AT = '2026-04-20T08:00:00Z';
const ZONE = { timezoneId: 'Europe/Berlin', locale: 'en-GB' };
const CUSTOMER = 'cus_4711';
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
  const person = { name: 'Katherine Johnson', email: 'katherine@example.com', metadata: { plan: 'Pro', seats: 8 } };
  await ask('PATCH', `customers/${CUSTOMER}`, JSON.stringify(person));
  const events = demoStory(CUSTOMER, NOW).map(
    ({ type, payload, occurredAt, eventId }) =>
      `{"customerExternalId":"${CUSTOMER}","type":"${type}","payload":${payload.text},"occurredAt":"${occurredAt}","eventId":"${eventId}"}`,
  );
  await ask('POST', 'customer-events/batch', `{"events":[${events.join()}]}`);
  await ask(
    'POST',
    'customer-events',
    `{"customerExternalId":"${CUSTOMER}","type":"usage.metered","occurredAt":"2026-04-20T08:31:07.123456Z","eventId":"usage-2026-04-20",` +
      '"payload":{"meter":"reports","rows":123456789012345678901234567890,"price":0.1234567890123456789,"currency":"USD"}}',
  );
  const body = JSON.stringify({ customerExternalId: CUSTOMER, at: TICKET_AT });
  return { sessionUrl: async () => (await ask('POST', 'embed/sessions', body)).url };
}

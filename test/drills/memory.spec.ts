import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, createGzip } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DrillRig, type Instance } from './support/drill-rig.ts';
import { FULL } from '../support/drill.ts';

/** For which a load is held. */
const SECONDS = FULL ? 15 : 1;
/** The limit of ops/kubernetes.yaml. */
const LIMIT_MIB = 512;
/** More than the container has, whatever of them is taken. */
const BATCHES = FULL ? 150 : 70;
const TAKES_HOLD_WITHIN_MS = 30_000;
/** How often more is asked for where that is not enough. */
const MORE_EVERY_MS = 1_000;
const API = '/api/v1';
/** Without the limit of one app, which would keep the load small. */
const SETTINGS = { LOG_LEVEL: 'error', MAX_COSTLY_REQUESTS_PER_APP: '1000' };

/**
 * Begins to hold memory. What it returns holds more: how much the operating system takes of what nobody reads, and how
 * many are refused at once, differs from machine to machine.
 */
type Load = () => Promise<() => void> | (() => void);

describe('Memory under clients that hold what they can', () => {
  let rig: DrillRig;
  let instance: Instance;
  let otherKey: string;
  const keys: string[] = [];
  let sockets: Socket[] = [];
  const lines: string[] = [];
  let running = false;
  let reads = 0;

  const open = (message: string | Buffer): Socket => {
    const socket = connect(instance.port, '127.0.0.1').on('error', () => {});
    socket.pause();
    socket.write(message);
    sockets.push(socket);
    return socket;
  };
  /** With the keys of the tenant in turn, so that the limits of one key are not what is seen. */
  const head = (method: string, path: string, ...headers: string[]): string => {
    const key = keys[sockets.length % keys.length] as string;
    return `${[`${method} ${API}${path} HTTP/1.1`, 'Host: drill', `X-API-Key: ${key}`, ...headers].join('\r\n')}\r\n\r\n`;
  };
  /** Now, and again when it is told to. */
  const openMany = (count: number, openOne: () => void): (() => void) => {
    const openAll = (): void => {
      for (let n = 0; n < count; n++) openOne();
    };
    openAll();
    return openAll;
  };
  /** Connections that ask for so many responses each and read none, and for one more when they are told to. */
  const unread = (connections: number, path: string, responses: number): (() => void) => {
    const asking = Array.from({ length: connections }, () => {
      const request = head('GET', path);
      return { socket: open(request.repeat(responses)), request };
    });
    return () => asking.forEach(({ socket, request }) => socket.write(request));
  };

  /** What the service says that it holds for clients. */
  const reservedMiB = async (): Promise<number> =>
    Number(/^http_memory_reserved_bytes (\d+)/m.exec((await instance.get('/metrics')).body)?.[1]) / 1_048_576;

  const fill = (externalId: string, from: number, to: number, payload: string): Promise<unknown> =>
    rig.query(
      `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
       SELECT c.id, timestamptz '2020-01-01' + g * interval '1 second', 'c' || lpad(to_hex(g), 24, '0'), 'a', (${payload})::json, now()
       FROM customers AS c, generate_series($2::int, $3::int) AS g WHERE c.external_id = $1`,
      [externalId, from, to],
    );
  const put = async (externalId: string, key: string): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${instance.port}${API}/customers/${externalId}`, {
      method: 'PATCH',
      headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: `${externalId}@example.com`, name: 'x' }),
    });
    expect(response.status).toBe(201);
  };
  /** Status of another tenant's event. */
  const post = async (): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${instance.port}${API}/customer-events`, {
      method: 'POST',
      headers: { 'X-API-Key': otherKey, 'Content-Type': 'application/json' },
      body: JSON.stringify({ customerExternalId: 'other', type: 'drill', payload: { total: 99.9 } }),
    });
    await response.text();
    return response.status;
  };

  beforeAll(async () => {
    ({ rig, instance } = await DrillRig.serving(SETTINGS));
    await rig.cli('apps', 'create', '--slug', 'other', '--name', 'Other');
    otherKey = await rig.createKey('other');
    keys.push(rig.key);
    for (let n = 0; n < 3; n++) keys.push(await rig.createKey('acme'));
    await put('other', otherKey);
    await put('large', rig.key);
    await put('mixed', rig.key);
    await fill('large', 1, 400, `'"' || repeat(md5(g::text), 2040) || '"'`);
    await fill('mixed', 1, 1_500, `'{}'`);
    await fill('mixed', 1_501, 2_500, `'"' || repeat(md5(g::text), 1875) || '"'`);
    await rig.query('ANALYZE customer_events');
  }, 120_000);
  beforeEach(async () => {
    // The first load has the instance of the beginning.
    if (lines.length === 0) return;
    await rig.stopInstances();
    instance = await rig.startReady(SETTINGS);
  }, 60_000);
  afterEach(() => {
    sockets.forEach((socket) => socket.destroy());
    sockets = [];
  });
  afterAll(async () => {
    await rig.close();
    if (FULL) process.stdout.write(`\n${lines.join('\n')}\n`);
  }, 60_000);

  /** An event, 130,000 blanks and a line end, again and again: 120 MB that come as 155 KB. */
  const paddedLines = async (): Promise<Buffer> => {
    const gzip = createGzip();
    const compressed: Buffer[] = [];
    gzip.on('data', (chunk: Buffer) => compressed.push(chunk));
    const line = `${JSON.stringify({ customerExternalId: 'user_42', type: 'a' })}${' '.repeat(130_000)}\n`;
    for (let n = 0; n < 950; n++) if (!gzip.write(line)) await once(gzip, 'drain');
    await new Promise<void>((done) => gzip.flush(constants.Z_SYNC_FLUSH, done));
    return Buffer.concat(compressed);
  };

  const loads: [string, number, Load][] = [
    [
      '24 imports of blank-padded lines that do not end',
      150,
      async () => {
        const bytes = await paddedLines();
        const chunk = Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
        const start = (): string =>
          head(
            'POST',
            '/customer-events/import',
            ...['Content-Type: application/x-ndjson', 'Content-Encoding: gzip', 'Transfer-Encoding: chunked'],
          );
        return openMany(24, () => open(Buffer.concat([Buffer.from(start()), chunk])));
      },
    ],
    [
      `${BATCHES} batches of 8 MiB without their last byte`,
      150,
      () => {
        const body = Buffer.alloc(8 * 1024 * 1024 - 1, ' ');
        body.write('{"events":[');
        const start = (): string =>
          head(
            'POST',
            '/customer-events/batch',
            ...['Content-Type: application/json', `Content-Length: ${body.length + 1}`],
          );
        return openMany(BATCHES, () => open(start()).write(body));
      },
    ],
    ['60 × 5 pages of 200 × 64 KiB that nobody reads', 50, () => unread(60, '/customers/large/events?limit=200', 5)],
    ['150 exports that nobody reads', 60, () => unread(150, '/customers/large/events/export', 1)],
    [
      '40 exports of a customer whose later events are large, read to there',
      60,
      () =>
        openMany(40, () => {
          const socket = open(head('GET', '/customers/mixed/events/export'));
          let read = 0;
          socket.on('data', (chunk: Buffer) => {
            read += chunk.length;
            if (read > 300_000) socket.pause();
          });
          socket.resume();
        }),
    ],
    [
      '20 contexts at a time of 200 × 64 KiB',
      0,
      () => {
        const again = async (): Promise<void> => {
          while (running) {
            const response = await fetch(`http://127.0.0.1:${instance.port}${API}/customers/large/context?limit=200`, {
              headers: { 'X-API-Key': rig.key },
            });
            await response.text();
            reads++;
          }
        };
        return openMany(20, () => void again().catch(() => {}));
      },
    ],
  ];
  /** The others are much the same. */
  const inShort = /^(24 imports|\d+ batches|60 × 5 pages)/;

  it.each(loads.filter(([name]) => FULL || inShort.test(name)))(
    '%s: they come to hold %i MiB, it stays below the limit of the container, and others are served',
    async (name, heldMiB, load) => {
      running = true;
      reads = 0;
      const before = instance.rssMiB();
      let most = 0;
      const watch = setInterval(() => (most = Math.max(most, instance.rssMiB())), 20);
      const statuses: number[] = [];
      const holdMore = await load();
      const end = performance.now() + SECONDS * 1_000;
      let moreAt = end;
      let held = 0;
      // Where the machine is busy, the load takes longer to take hold.
      while (performance.now() < end || (held < heldMiB && performance.now() < end + TAKES_HOLD_WITHIN_MS)) {
        held = Math.max(held, await reservedMiB());
        statuses.push(await post());
        await sleep(50);
        if (held >= heldMiB || performance.now() < moreAt) continue;
        holdMore();
        moreAt += MORE_EVERY_MS;
      }
      clearInterval(watch);
      running = false;
      lines.push(
        `${name}: at most ${Math.round(held)} MiB held, ${reads} reads; RSS ${Math.round(before)} -> at most ${Math.round(most)} MiB; ${statuses.length} events of another tenant`,
      );
      // The load took hold: it was not refused as a whole.
      expect(held).toBeGreaterThanOrEqual(heldMiB);
      if (name.includes('contexts')) expect(reads).toBeGreaterThan(0);
      expect(new Set(statuses)).toEqual(new Set([201]));
      expect(most).toBeLessThan(LIMIT_MIB);
      expect(instance.child.process.exitCode).toBeNull();
    },
    120_000,
  );
});
